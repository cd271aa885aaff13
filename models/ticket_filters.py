"""Filters of tickets: one tree, read in two ways. Here it is read over a row; resolvers/ticket_filters.py
reads it as SQL, and a test holds the two readings equal."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.errors import Invalid
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.tickets import Ticket

MOST_LEVELS = 5
MOST_CONDITIONS = 50  # what a planner still weighs in under a millisecond
MOST_VALUES = 50

CHOICES = (("statuses", "status"), ("priorities", "priority"), ("types", "type"), ("channels", "channel"))
"""Conditions that name values, and the column that has one of them."""

SPANS = (("created", "created_at"), ("updated", "updated_at"))
"""Conditions that name a span of time, and the column whose instant lies in it."""

FLAGS = (("is_escalated", "escalated_at"), ("is_merged", "merged_into_id"))
"""Conditions that ask whether something is so, and the column that is not null when it is."""

UNCOUNTED = ("label_ids", "contact_id", "created", "updated", "is_escalated", "is_merged", "is_followed")
"""Conditions by which tickets are not counted beforehand (models/ticket_counts.py)."""

FINE = ("priorities", "types", "channels")
"""Conditions by which they are, but only in the fine rows."""


class Archived(StrEnum):
    EXCLUDED = "EXCLUDED"
    ONLY = "ONLY"
    INCLUDED = "INCLUDED"


class AssigneeChoice(StrEnum):
    ME = "ME"
    NOBODY = "NOBODY"
    ANYBODY = "ANYBODY"


@dataclass(frozen=True)
class Between:
    """A span of time: from an instant on, and before another; None leaves that side open."""

    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class TicketFilter:
    """Conditions that a ticket meets all of. None, and a list without values, ask for nothing.

    `assignee` is a member's id or a choice. `label_ids`: the ticket bears one of them. `is_followed`: by
    whoever asks.
    """

    statuses: tuple[Status, ...] = ()
    priorities: tuple[Priority, ...] = ()
    types: tuple[TicketType, ...] = ()
    channels: tuple[Channel, ...] = ()
    label_ids: tuple[int, ...] = ()
    assignee: int | AssigneeChoice | None = None
    contact_id: int | None = None
    created: Between | None = None
    updated: Between | None = None
    archived: Archived | None = None
    is_escalated: bool | None = None
    is_merged: bool | None = None
    is_followed: bool | None = None
    all_of: tuple["TicketFilter", ...] = ()
    any_of: tuple["TicketFilter", ...] = ()
    none_of: tuple["TicketFilter", ...] = ()

    @property
    def branches(self) -> tuple["TicketFilter", ...]:
        """The filters inside of this one."""
        return (*self.all_of, *self.any_of, *self.none_of)


LIVE = TicketFilter(archived=Archived.EXCLUDED)
"""What a list shows when nothing else is asked for."""


def checked_filter(filter_: TicketFilter) -> TicketFilter:
    """Return the filter. Refuses with Invalid one that is larger than anybody needs."""
    if _levels(filter_) > MOST_LEVELS:
        raise Invalid(f"A filter has at most {MOST_LEVELS} levels, the outermost included.")
    sizes = [size for each in _all(filter_) for size in _sizes(each)]
    if len(sizes) > MOST_CONDITIONS:
        raise Invalid(f"A filter has at most {MOST_CONDITIONS} conditions in all.")
    if max(sizes, default=0) > MOST_VALUES:
        raise Invalid(f"A list in a filter has at most {MOST_VALUES} values.")
    return filter_


def asks_for(filter_: TicketFilter, names: Collection[str]) -> bool:
    """Tell whether the filter, or one inside of it, has one of these conditions."""
    return any(getattr(each, name) not in (None, ()) for each in _all(filter_) for name in names)


def matches(
    filter_: TicketFilter,
    ticket: Ticket,
    label_ids: Collection[int],
    follower_ids: Collection[int],
    *,
    me: int | None,
) -> bool:
    """Tell whether the ticket, with these labels and followers, meets the filter of the member `me`."""

    def meets(inner: TicketFilter) -> bool:
        return matches(inner, ticket, label_ids, follower_ids, me=me)

    return (
        all(_is_chosen(getattr(filter_, name), getattr(ticket, column)) for name, column in CHOICES)
        and all(_lies_in(getattr(filter_, name), getattr(ticket, column)) for name, column in SPANS)
        and all(_is_so(getattr(filter_, name), getattr(ticket, column)) for name, column in FLAGS)
        and (not filter_.label_ids or not set(filter_.label_ids).isdisjoint(label_ids))
        and _is_assigned(filter_.assignee, ticket.assignee_id, me)
        and filter_.contact_id in (None, ticket.contact_id)
        and filter_.is_followed in (None, me in follower_ids)
        and _is_so(_wants_archived(filter_.archived), ticket.archived_at)
        and all(map(meets, filter_.all_of))
        and (not filter_.any_of or any(map(meets, filter_.any_of)))
        and not any(map(meets, filter_.none_of))
    )


def _is_chosen(values: Collection[str], value: str) -> bool:
    return not values or value in values


def _lies_in(span: Between | None, at: datetime) -> bool:
    if span is None:
        return True
    return (span.since is None or at >= span.since) and (span.before is None or at < span.before)


def _is_so(wanted: bool | None, value: object) -> bool:
    return wanted is None or wanted == (value is not None)


def _is_assigned(wanted: int | AssigneeChoice | None, assignee_id: int | None, me: int | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, AssigneeChoice) and wanted is not AssigneeChoice.ME:
        return (assignee_id is None) == (wanted is AssigneeChoice.NOBODY)
    return assignee_id is not None and assignee_id == (me if wanted is AssigneeChoice.ME else wanted)


def _wants_archived(wanted: Archived | None) -> bool | None:
    return None if wanted in (None, Archived.INCLUDED) else wanted is Archived.ONLY


def _levels(filter_: TicketFilter) -> int:
    return 1 + max((_levels(each) for each in filter_.branches), default=0)


def _all(filter_: TicketFilter) -> Iterator[TicketFilter]:
    yield filter_
    for each in filter_.branches:
        yield from _all(each)


def _sizes(filter_: TicketFilter) -> Iterator[int]:
    """Yield how many values each condition of this filter alone has; the filter itself is one, too."""
    yield len(filter_.branches)
    lists = [*(getattr(filter_, name) for name, _ in CHOICES), filter_.label_ids]
    yield from (len(values) for values in lists if values)
    singles = [*(getattr(filter_, name) for name, _ in (*SPANS, *FLAGS))]
    singles += [filter_.assignee, filter_.contact_id, filter_.archived, filter_.is_followed]
    yield from (1 for value in singles if value is not None)
