"""What mail clients are answered: whose mail is taken, and that it was."""

from collections import defaultdict
from collections.abc import Awaitable, Callable

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from jobs.mail.mailboxes import Mailbox, mailbox_at
from models.actors import system
from models.database import shielded
from models.errors import DeskError
from resolvers import mails
from resolvers.mails import Arrival

log = structlog.stdlib.get_logger(__name__)
RECIPIENTS = 100

UNKNOWN = "550 5.1.1 There is no such mailbox here."
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients. Send it to the others apart."
AWAY = "451 4.3.0 We cannot take this mail just now. Please try again."
UNREADABLE = "501 5.5.2 This cannot be read."


class Addressed(Envelope):
    """An envelope whose recipients are mailboxes of ours; the addresses are those that led there."""

    def __init__(self) -> None:
        super().__init__()
        self.mailboxes: defaultdict[Mailbox, list[str]] = defaultdict(list)


class Reception:
    """The hooks that aiosmtpd calls, by these names."""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Addressed, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Addressed, address: str, options: list[str]
    ) -> str:
        if sum(map(len, envelope.mailboxes.values())) >= RECIPIENTS:
            return TOO_MANY_RECIPIENTS

        async def take() -> str:
            mailbox = await shielded(lambda: mailbox_at(address))
            if mailbox is None:
                return UNKNOWN
            envelope.mailboxes[mailbox].append(address)
            return "250 2.1.5 OK"

        return await _answer(take)

    async def handle_exception(self, error: Exception) -> str:
        """Our own faults were caught before; this is what aiosmtpd cannot read."""
        log.info("mail_command_unreadable", fault=type(error).__name__)
        return UNREADABLE


async def stored(envelope: Addressed) -> str:
    """Store the mail for each mailbox, and return the answer to its client: taken when all have it."""

    async def store() -> str:
        for mailbox, addresses in envelope.mailboxes.items():
            await mails.receive(system(mailbox.workspace_id), _arrival(envelope, mailbox, addresses))
            log.info("mail_taken", workspace_id=mailbox.workspace_id)
        return "250 2.0.0 Taken."

    return await _answer(store)


def _arrival(envelope: Addressed, mailbox: Mailbox, addresses: list[str]) -> Arrival:
    assert isinstance(envelope.content, bytes)
    sender = (envelope.mail_from or "").strip("<>")
    return Arrival(mailbox.address, envelope.content, sender, tuple(addresses))


async def _answer(take: Callable[[], Awaitable[str]]) -> str:
    """Do it, and return the answer; whatever keeps us from it, the client is to come again."""
    try:
        return await take()
    except DeskError as refusal:
        log.warning("mail_not_taken", code=refusal.code)
    except Exception:
        log.exception("mail_fault")
    return AWAY
