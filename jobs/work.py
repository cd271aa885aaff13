"""Working one outbox row: claim it, do what its reaction says, end it. The row decides, never the message."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from jobs import claims
from jobs.attachments import discard
from jobs.bulk import bulk
from jobs.claims import Claim, Stale
from jobs.leases import kept
from jobs.mail.deliver import deliver
from jobs.mail.invite import invite
from jobs.mail.receive import receive
from jobs.notify import notify
from jobs.retries import GivenUp, NotYet, Postponed, retry_seconds
from models.database import spawn
from models.errors import DeskError
from models.faults import refusal_of
from models.reactions import Reaction

log = structlog.stdlib.get_logger(__name__)
GIVE_BACK_SECONDS = 3.0  # for the statement that hands a row back

REACT: dict[Reaction, Callable[[Claim], Awaitable[None]]] = {
    Reaction.NOTIFY: notify,
    Reaction.DELIVER: deliver,
    Reaction.RECEIVE: receive,
    Reaction.DISCARD: discard,
    Reaction.INVITE: invite,
    Reaction.BULK: bulk,
}


def _nobody() -> None:
    """Wake nobody."""


wake: Callable[[], None] = _nobody
"""Called after each job, which may have asked for others. The worker puts its relay here."""

_under_way: set[asyncio.Task[None]] = set()


async def work(workspace_id: int, outbox_id: int) -> None:
    """Do the job of the row if it is due and free. What goes wrong stands in the row; nothing raises."""
    task = spawn(_work(workspace_id, outbox_id))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait([task], timeout=GIVE_BACK_SECONDS)
        raise
    if task.cancelled():
        log.info("job_given_back", outbox_id=outbox_id)
    elif fault := task.exception():
        # Only the row's end failed: the lease runs out, and somebody else works it.
        log.error("job_unrecorded", outbox_id=outbox_id, exc_info=fault)


async def give_all_back() -> None:
    """Cancel the jobs under way, which hand their rows back, and wait for that."""
    tasks = list(_under_way)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=GIVE_BACK_SECONDS)


async def _work(workspace_id: int, outbox_id: int) -> None:
    claim = await claims.take(workspace_id, outbox_id)
    if claim is None:
        return
    async with kept(claim):
        await _react(claim)
    wake()


async def _react(claim: Claim) -> None:
    try:
        await REACT[claim.reaction](claim)
    except asyncio.CancelledError:
        await claims.give_back(claim)
        raise
    except Stale:
        log.warning("job_stale", reaction=claim.reaction, outbox_id=claim.outbox_id)
    except Postponed as later:
        await claims.give_back(claim, seconds=later.seconds)
    except GivenUp as fault:
        await _give_up(claim, str(fault), fault)
    except Exception as fault:
        await _retry(claim, fault)


async def _retry(claim: Claim, fault: Exception) -> None:
    """Put the row back for later, or give it up after days; a bug of ours is logged whole."""
    seconds, reason = retry_seconds(claim, fault), _reason(fault)
    if seconds is None:
        await _give_up(claim, reason, fault)
        return
    log.warning(
        "job_failed",
        reaction=claim.reaction,
        outbox_id=claim.outbox_id,
        attempts=claim.attempts,
        retry_seconds=seconds,
        **_brief(fault),
        exc_info=_is_bug(fault),
    )
    await claims.put_back(claim, reason, seconds=seconds)


async def _give_up(claim: Claim, reason: str, fault: Exception) -> None:
    log.error("job_given_up", reaction=claim.reaction, outbox_id=claim.outbox_id, **_brief(fault))
    await claims.give_up(claim, reason)


def _reason(fault: Exception) -> str:
    """Say what went wrong: in words that were made for people, or else by the fault's name alone."""
    refusal = refusal_of(fault)
    if refusal is not None:
        return refusal.message
    return str(fault) if isinstance(fault, NotYet | DeskError) else type(fault).__name__


def _brief(fault: Exception) -> dict[str, object]:
    """Say for the log what went wrong: not in a mail server's words, which may repeat the letter's."""
    cause = fault.__cause__ or fault if isinstance(fault, NotYet | GivenUp) else fault
    return {"fault": type(cause).__name__, "code": getattr(cause, "code", None)}


def _is_bug(fault: Exception) -> bool:
    return not isinstance(fault, NotYet | DeskError) and refusal_of(fault) is None
