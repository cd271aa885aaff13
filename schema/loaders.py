"""DataLoaders: one statement for all rows of a kind that a request needs at the same moment."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader
from tortoise.queryset import QuerySet

from models.actors import Actor
from models.comments import Comment
from models.contacts import Contact
from models.events import Event
from models.labels import Label
from models.letters import Letter
from models.mails import MailOut
from models.members import Member
from models.tenancy import Tenant
from models.tickets import Ticket
from models.workspaces import Workspace
from resolvers import access

Row = TypeVar("Row", bound=Tenant)
Value = TypeVar("Value")
LARGEST = 1000  # ids in one statement


class Loaders:
    """The loaders of one request; each reads through the actor's access."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    @cached_property
    def ticket(self) -> DataLoader[int, Ticket | None]:
        return _loader(lambda: access.tickets(self._actor))

    @cached_property
    def comment(self) -> DataLoader[int, Comment | None]:
        return _loader(lambda: access.comments(self._actor))

    @cached_property
    def contact(self) -> DataLoader[int, Contact | None]:
        return _loader(lambda: access.contacts(self._actor))

    @cached_property
    def member(self) -> DataLoader[int, Member | None]:
        return _loader(lambda: access.members(self._actor))

    @cached_property
    def label(self) -> DataLoader[int, Label | None]:
        return _loader(lambda: access.labels(self._actor))

    @cached_property
    def event(self) -> DataLoader[int, Event | None]:
        return _loader(lambda: access.events(self._actor))

    @cached_property
    def workspace(self) -> DataLoader[int, Workspace | None]:
        """The actor's own workspace; there is no other."""
        return DataLoader(self._workspaces)

    @cached_property
    def labels(self) -> DataLoader[int, list[Label]]:
        """The labels of a ticket, by name."""
        return DataLoader(self._labels, max_batch_size=LARGEST)

    @cached_property
    def delivery(self) -> DataLoader[int, MailOut | None]:
        """The letter by which a reply went to its customer."""
        return DataLoader(self._deliveries, max_batch_size=LARGEST)

    @property
    def nodes(self) -> dict[str, DataLoader[int, Any]]:
        """The loader for each type that `node(id:)` finds."""
        return {
            "Ticket": self.ticket,
            "Comment": self.comment,
            "Contact": self.contact,
            "Member": self.member,
            "Label": self.label,
            "TicketEvent": self.event,
            "Workspace": self.workspace,
        }

    async def load_ahead(self, tickets: Sequence[Ticket], fields: Collection[str]) -> None:
        """Load what these fields of the tickets show, so that `at_once` has it when they are resolved."""
        ids: list[tuple[str, DataLoader[int, Any], Iterable[int | None]]] = [
            ("contact", self.contact, (ticket.contact_id for ticket in tickets)),
            ("assignee", self.member, (ticket.assignee_id for ticket in tickets)),
            ("labels", self.labels, (ticket.id for ticket in tickets)),
        ]
        loads = [
            loader.load_many({row_id for row_id in row_ids if row_id is not None})
            for name, loader, row_ids in ids
            if name in fields
        ]
        await asyncio.gather(*loads, return_exceptions=True)  # a fault comes up where it belongs

    async def timeline_items(self, events: Sequence[Event]) -> list[Comment | Event]:
        """Return for each event its comment, or where it has none the event itself."""
        comments = {row.id: row for row in await self._comments_of(events) if row is not None}
        return [comments.get(event.new_comment_id or 0, event) for event in events]

    async def _comments_of(self, events: Sequence[Event]) -> list[Comment | None]:
        ids = [event.new_comment_id for event in events if event.new_comment_id is not None]
        return await self.comment.load_many(ids)

    async def _workspaces(self, ids: list[int]) -> list[Workspace | None]:
        own = await access.workspace(self._actor)
        return [own if row_id == own.id else None for row_id in ids]

    async def _deliveries(self, comment_ids: list[int]) -> list[MailOut | None]:
        letters = access.letters(self._actor).filter(comment_id__in=comment_ids, letter=Letter.REPLY)
        first = {row.comment_id: row for row in await letters.order_by("-id")}
        return [first.get(comment_id) for comment_id in comment_ids]

    async def _labels(self, ticket_ids: list[int]) -> list[list[Label]]:
        marks = access.ticket_labels(self._actor).filter(ticket_id__in=ticket_ids)
        links = await marks.values_list("ticket_id", "label_id")
        label_ids = {label_id for _, label_id in links}
        rows = await access.labels(self._actor).filter(id__in=label_ids).order_by("name")
        wanted: dict[int, set[int]] = defaultdict(set)
        for ticket_id, label_id in links:
            wanted[ticket_id].add(label_id)
        return [[row for row in rows if row.id in wanted[ticket_id]] for ticket_id in ticket_ids]


def at_once(loaded: Awaitable[Value]) -> Awaitable[Value] | Value:
    """Return the value if a loader has it already: for GraphQL, awaiting costs more than all the rest."""
    return loaded.result() if isinstance(loaded, asyncio.Future) and loaded.done() else loaded


def _loader(rows: Callable[[], QuerySet[Row]]) -> DataLoader[int, Row | None]:
    return DataLoader(_by_id(rows), max_batch_size=LARGEST)


def _by_id(rows: Callable[[], QuerySet[Row]]) -> Callable[[list[int]], Awaitable[list[Row | None]]]:
    async def load(ids: list[int]) -> list[Row | None]:
        found = {row.id: row for row in await rows().filter(id__in=ids)}
        return [found.get(row_id) for row_id in ids]

    return load
