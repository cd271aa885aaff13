"""One change: one transaction, one instant, its events and outbox rows, the doorbell after the commit."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from copy import copy
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog
from tortoise.transactions import in_transaction

from models import clock
from models.actors import Actor
from models.audit import AuditAction
from models.comments import Comment
from models.database import shielded
from models.errors import Unavailable
from models.events import Kind
from models.faults import CommitUnknown, refusal_of
from models.mails import MailOut
from models.tickets import Changes, Ticket
from resolvers.ledger import AuditEntry, Entry, write_audit, write_events

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.stdlib.get_logger(__name__)

_current: ContextVar["Change | None"] = ContextVar("change", default=None)
_in_operation: ContextVar[bool] = ContextVar("in_operation", default=False)


def _silence(workspace_id: int, seq: int) -> None:
    """Ring nobody."""


ring: Callable[[int, int], None] = _silence
"""Tells everybody that a workspace's log has moved on. `app` and `cli` put the doorbell here."""


class Change:
    """What one operation does. `at` is its instant; `seq` the log's position after it, once written.

    `bulk_id` is the bulk change that it is part of. `last_steps` run in the same transaction, last.
    """

    def __init__(self, actor: Actor, client_mutation_id: str | None) -> None:
        self.actor = actor
        self.at = clock.now()
        self.seq: int | None = None
        self.client_mutation_id = client_mutation_id
        self.bulk_id: int | None = None
        self.entries: list[Entry] = []
        self.audits: list[AuditEntry] = []
        self.last_steps: list[Callable[[Change], Awaitable[None]]] = []

    def record(
        self,
        ticket: Ticket,
        kind: Kind,
        *,
        public: bool,
        comment: Comment | None = None,
        mail: MailOut | None = None,
        changes: Changes | None = None,
    ) -> None:
        """Record the one event of this operation on the ticket; `public`: its customer may see it.

        `mail` is the letter that the event's reactions are about.
        """
        ids = (comment and comment.id, mail and mail.id)
        self.entries.append(Entry(ticket.id, *ids, kind, public, self.actor, changes or {}))

    def by(self, actor: Actor) -> "Change":
        """Return this same change as another actor's: what is done through it, they did."""
        other = copy(self)  # the lists of what is to be written stay one
        other.actor = actor
        return other

    def audit(self, action: AuditAction, subject: str, *, invitation_id: int | None = None) -> None:
        """Record an action on accounts, keys or settings in the audit log.

        `invitation_id` is the invitation that the action's reactions are about.
        """
        self.audits.append(AuditEntry(self.actor.principal, action, subject, invitation_id))


def operation(body: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Run the function to its end in one task that inherits no transaction; called by another
    operation, it joins that one."""

    @wraps(body)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if _in_operation.get():
            return await body(*args, **kwargs)

        async def whole() -> T:
            _in_operation.set(True)
            return await body(*args, **kwargs)

        return await shielded(whole)

    return run


@asynccontextmanager
async def change(actor: Actor, *, client_mutation_id: str | None = None) -> AsyncGenerator[Change]:
    """Open the change, or join the open one: all commits together, or nothing does.

    An inner change that raises takes its own rows and events with it; the outer one may go on.
    """
    if not _in_operation.get():
        raise RuntimeError("change() is opened inside an @operation only.")
    outer = _current.get()
    inner = _outermost(actor, client_mutation_id) if outer is None else _joined(outer, actor)
    async with inner as made:
        yield made


@asynccontextmanager
async def _outermost(actor: Actor, client_mutation_id: str | None) -> AsyncGenerator[Change]:
    made = Change(actor, client_mutation_id)
    token = _current.set(made)
    written = False
    try:
        async with in_transaction():
            yield made
            await _write(made)
            written = True
    except Exception as fault:
        if written and isinstance(refusal_of(fault), Unavailable):
            raise CommitUnknown from fault
        raise
    finally:
        _current.reset(token)
    _announce(made)


@asynccontextmanager
async def _joined(outer: Change, actor: Actor) -> AsyncGenerator[Change]:
    assert actor.workspace_id == outer.actor.workspace_id, "a change stays in one workspace"
    entries, audits, steps = len(outer.entries), len(outer.audits), len(outer.last_steps)
    try:
        async with in_transaction():
            yield outer if actor == outer.actor else outer.by(actor)
    except BaseException:
        del outer.entries[entries:]
        del outer.audits[audits:]
        del outer.last_steps[steps:]
        raise


def _announce(made: Change) -> None:
    """Ring. What is committed is done: nothing from here on may fail the caller."""
    if made.seq is None:
        return
    try:
        ring(made.actor.workspace_id, made.seq)
    except Exception:
        log.exception("ring_fault", workspace_id=made.actor.workspace_id, seq=made.seq)


async def _write(made: Change) -> None:
    """Write the log, last of all, so that the workspace's counters are locked for the shortest time."""
    workspace_id = made.actor.workspace_id
    if made.audits:
        await write_audit(workspace_id, made.at, made.audits)
    if made.entries:
        made.seq = await write_events(
            workspace_id,
            made.at,
            made.entries,
            client_mutation_id=made.client_mutation_id,
            bulk_id=made.bulk_id,
        )
    for step in made.last_steps:
        await step(made)
