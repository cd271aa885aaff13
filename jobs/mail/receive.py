"""The RECEIVE job: one mail that came in, parsed and placed, once."""

from dataclasses import replace

import structlog

from jobs import claims
from jobs.claims import Claim
from jobs.mail import message_ids, reply_addresses
from jobs.mail.mailboxes import is_our_own
from jobs.mail.parse import Unparsable, parse
from jobs.retries import GivenUp
from models.actors import system
from models.database import run_tx, shielded
from models.errors import Conflict, DeskError, Forbidden, Invalid, NotFound, Unauthenticated
from models.inbound import InboundMail, MailKind
from models.mails import MailIn, MailOutcome
from resolvers import inbound
from resolvers.inbound import Leads

log = structlog.stdlib.get_logger(__name__)
FINAL = (Invalid, NotFound, Forbidden, Unauthenticated)
PATIENT_ATTEMPTS = 5  # a conflict with somebody else passes; one with a rule stays
ATTEMPTS = 12  # about half a day: a mail that makes us fail is for people to look at


async def receive(claim: Claim) -> None:
    """Parse the mail and place it. Raises GivenUp, which puts it in quarantine, when that cannot be done."""
    mail = await MailIn.get(workspace_id=claim.workspace_id, id=claim.mail_in_id)
    if mail.outcome is not MailOutcome.RECEIVED:
        await run_tx(lambda: claims.finish(claim))
        return
    try:
        parsed = await parse(mail.source)
        await _place(claim, mail, _with_envelope(parsed, mail.envelope_sender))
    except Unparsable as fault:
        raise GivenUp(str(fault)) from fault
    except DeskError as refusal:
        if not _is_final(refusal, claim.attempts):
            raise
        raise GivenUp(refusal.message) from refusal
    except Exception as bug:
        if claim.attempts < ATTEMPTS:
            raise
        log.exception("mail_unplaceable", outbox_id=claim.outbox_id)
        raise GivenUp("Placing it failed again and again.") from bug


async def _place(claim: Claim, mail: MailIn, parsed: InboundMail) -> None:
    actor, leads = system(claim.workspace_id), await shielded(lambda: _leads(mail, parsed))
    await inbound.place(actor, mail.id, parsed, leads, lambda: claims.finish(claim))


def _with_envelope(parsed: InboundMail, envelope_sender: str | None) -> InboundMail:
    """Mail whose failures nobody wants to hear of was not written by a person."""
    if envelope_sender == "" and parsed.kind in (MailKind.PERSONAL, MailKind.BULK):
        return replace(parsed, kind=MailKind.AUTO_REPLY)
    return parsed


async def _leads(mail: MailIn, parsed: InboundMail) -> Leads:
    addresses = (*mail.recipients, *parsed.addressees)
    tokens = [reply_addresses.token_in(address) for address in addresses]
    answered = [message_ids.verify(each) for each in (*parsed.in_reply_to, *reversed(parsed.references))]
    ours = [named for named in answered if named is not None and named.workspace_id == mail.workspace_id]
    return Leads(
        tokens=tuple(dict.fromkeys(token for token in tokens if token)),
        ticket_ids=tuple(dict.fromkeys(named.ticket_id for named in ours)),
        is_ours=await _is_ours(parsed),
    )


async def _is_ours(parsed: InboundMail) -> bool:
    """Tell whether we sent the mail ourselves, so that it has come round."""
    if parsed.message_id is not None and message_ids.verify(parsed.message_id) is not None:
        return True
    return parsed.sender is not None and await is_our_own(parsed.sender.address)


def _is_final(refusal: DeskError, attempts: int) -> bool:
    return isinstance(refusal, FINAL) or (isinstance(refusal, Conflict) and attempts >= PATIENT_ATTEMPTS)
