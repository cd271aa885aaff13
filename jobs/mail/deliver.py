"""The DELIVER job: one letter handed over, once. Composed when it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from jobs import claims
from jobs.claims import Claim, Stale
from jobs.mail import notices, outbox_folder, smtp
from jobs.mail.compose import Composed, compose
from jobs.mail.turns import turn
from jobs.retries import Postponed
from models import clock
from models.actors import system
from models.bulk_changes import BulkChange
from models.database import fetch, run_tx, shielded
from models.errors import DeskError
from models.letters import TO_MEMBERS
from models.mails import MailOut, MailState
from resolvers import deliveries
from resolvers.change import change, operation
from settings import settings

log = structlog.stdlib.get_logger(__name__)
BULK_SECONDS = 5.0
BULK_PATIENCE = timedelta(hours=1)  # then the letter goes out with what there is
HIDDEN = "Not sent: the ticket is not this customer's to see any more."

MARK_SENT = """
UPDATE mail_out SET state = 'SENT', sent_at = $3, failure = NULL
WHERE workspace_id = $1 AND id = $2 AND state = 'QUEUED'
"""
MARK_DONE = """
UPDATE outbox SET done_at = now(), lease_until = NULL
WHERE workspace_id = $1 AND id = $2 AND done_at IS NULL AND failed_at IS NULL
"""


async def deliver(claim: Claim) -> None:
    """Send the letter, and record that in one transaction."""
    mail = await MailOut.get(workspace_id=claim.workspace_id, id=claim.mail_id)
    if mail.state is not MailState.QUEUED:
        await run_tx(lambda: claims.finish(claim))
        return
    await _wait_for_bulk(mail)
    letter = await _composed(mail)
    if letter is None:
        await _withhold(claim, mail)
        return
    async with turn(mail.recipient):
        await hand_over(claim, letter, lambda: _mark_sent(claim))
    log.info("mail_sent", mail_id=mail.id, attempts=claim.attempts)


async def hand_over(claim: Claim, letter: Composed, mark_sent: Callable[[], Awaitable[None]]) -> None:
    """Hand the letter over; `mark_sent` and the end of the row are written in one transaction."""

    async def confirm() -> None:
        """Raise Stale when the letter is not ours to send: asked last, before the text goes out."""
        if not await claims.renew(claim):
            raise Stale

    async def record() -> None:
        await shielded(lambda: _record_sent(claim, mark_sent))

    if settings.smtp_url:
        await smtp.send(letter, confirm, record)
        return
    await confirm()
    await asyncio.to_thread(outbox_folder.put, letter)
    await record()


async def _record_sent(claim: Claim, mark_sent: Callable[[], Awaitable[None]]) -> None:
    """Record what is a fact by now, whoever holds the row, and however long the database is away."""
    seconds = 0.1
    while True:
        try:
            return await run_tx(lambda: _end(claim, mark_sent))
        except DeskError as refusal:
            log.warning("mail_sent_unrecorded", mail_id=claim.mail_id, code=refusal.code)
        await asyncio.sleep(seconds)
        seconds = min(seconds * 2, 5.0)


async def _end(claim: Claim, mark_sent: Callable[[], Awaitable[None]]) -> None:
    await mark_sent()
    await fetch(MARK_DONE, claim.workspace_id, claim.outbox_id)


async def _mark_sent(claim: Claim) -> None:
    await fetch(MARK_SENT, claim.workspace_id, claim.mail_id, clock.now())


async def _composed(mail: MailOut) -> Composed | None:
    return await (notices.compose(mail) if mail.letter in TO_MEMBERS else compose(mail))


async def _wait_for_bulk(mail: MailOut) -> None:
    """Raise Postponed while a bulk change goes on that the letter tells of as one."""
    if mail.bulk_id is None or clock.now() - mail.created_at > BULK_PATIENCE:
        return
    bulk = await BulkChange.get(workspace_id=mail.workspace_id, id=mail.bulk_id)
    if bulk.ended_at is None:
        raise Postponed(BULK_SECONDS)


@operation
async def _withhold(claim: Claim, mail: MailOut) -> None:
    actor = system(claim.workspace_id)
    async with change(actor):
        await claims.finish(claim)
        if mail.letter in TO_MEMBERS:
            await deliveries.cancel(actor, mail.id)
            return
        await deliveries.hold(actor, mail.id, HIDDEN)
