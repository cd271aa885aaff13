"""A filter of tickets as SQL: columns from our own lists, and what clients say as parameters."""

from collections.abc import Iterator

from models.actors import Actor
from models.ticket_enums import Priority, Status
from models.ticket_filters import CHOICES, FLAGS, SPANS, Archived, AssigneeChoice, Between, TicketFilter
from models.ticket_orders import URGENCY

UNCLOSED = "ticket.status <> 'CLOSED'"
"""Follows from any other status; said in so many words, it lets the indexes of these few tickets be used."""

# The only values that are no parameters, and they are integers of ours: after a while a statement is planned
# once for all its parameters, and what is right for a label on half of the tickets is slow for a rare one.
BEARS = (
    "EXISTS (SELECT 1 FROM ticket_label WHERE ticket_label.workspace_id = {workspace}"
    " AND ticket_label.ticket_id = ticket.id AND ticket_label.label_id IN ({labels}))"
)
FOLLOWED = (
    "EXISTS (SELECT 1 FROM ticket_follower WHERE ticket_follower.workspace_id = {workspace}"
    " AND ticket_follower.ticket_id = ticket.id AND ticket_follower.member_id = {member})"
)


class Parameters:
    """The values of a statement, in their order: each is named by its place, `$1` the first."""

    def __init__(self, *values: object) -> None:
        self.values = list(values)

    def add(self, value: object) -> str:
        """Add a value and return what stands for it in the statement."""
        self.values.append(value)
        return f"${len(self.values)}"


def clause(filter_: TicketFilter, actor: Actor, parameters: Parameters) -> str:
    """Return the condition that rows of `ticket` meet; its values are added to the parameters.

    It says nothing of the workspace of the tickets: that is the statement's to say.
    """
    return " AND ".join(_conditions(filter_, actor, parameters)) or "true"


def _conditions(filter_: TicketFilter, actor: Actor, parameters: Parameters) -> Iterator[str]:
    add = parameters.add
    for name, column in CHOICES:
        if values := getattr(filter_, name):
            yield _one_of(column, list(values), parameters)
    if filter_.statuses and Status.CLOSED not in filter_.statuses:
        yield UNCLOSED
    if filter_.label_ids:
        labels = ", ".join(f"{int(label_id)}::bigint" for label_id in filter_.label_ids)
        yield BEARS.format(workspace=add(actor.workspace_id), labels=labels)
    if filter_.assignee is not None:
        yield _assigned(filter_.assignee, actor, parameters)
    if filter_.contact_id is not None:
        yield f"ticket.contact_id = {add(filter_.contact_id)}"
    for name, column in SPANS:
        yield from _between(column, getattr(filter_, name), parameters)
    if filter_.archived is not None and filter_.archived is not Archived.INCLUDED:
        yield _is_null("archived_at", filter_.archived is Archived.EXCLUDED)
    for name, column in FLAGS:
        if (wanted := getattr(filter_, name)) is not None:
            yield _is_null(column, not wanted)
    if filter_.is_followed is not None:
        followed = FOLLOWED.format(workspace=add(actor.workspace_id), member=add(actor.member_id))
        yield followed if filter_.is_followed else f"NOT {followed}"
    yield from (f"({clause(each, actor, parameters)})" for each in filter_.all_of)
    if filter_.any_of:
        yield f"({' OR '.join(f'({clause(each, actor, parameters)})' for each in filter_.any_of)})"
    # A comparison with null is neither true nor false; whoever is not known to meet it does not meet it.
    yield from (f"({clause(each, actor, parameters)}) IS NOT TRUE" for each in filter_.none_of)


def _one_of(column: str, values: list[str], parameters: Parameters) -> str:
    """Compare with a single value by `=`: only so does an index with the column give the list's order."""
    if column == "priority":
        return _of_urgency([URGENCY[Priority(value)] for value in values], parameters)
    if len(values) == 1:
        return f"ticket.{column} = {parameters.add(values[0])}"
    return f"ticket.{column} = ANY({parameters.add(values)}::text[])"


def _of_urgency(ranks: list[int], parameters: Parameters) -> str:
    """Compare with the column that the indexes of priorities begin with."""
    if len(ranks) == 1:
        return f"ticket.urgency = {parameters.add(ranks[0])}"
    return f"ticket.urgency = ANY({parameters.add(ranks)}::smallint[])"


def _assigned(wanted: int | AssigneeChoice, actor: Actor, parameters: Parameters) -> str:
    if isinstance(wanted, AssigneeChoice) and wanted is not AssigneeChoice.ME:
        return _is_null("assignee_id", wanted is AssigneeChoice.NOBODY)
    member_id = actor.member_id if wanted is AssigneeChoice.ME else wanted
    return f"ticket.assignee_id = {parameters.add(member_id)}"


def _between(column: str, span: Between | None, parameters: Parameters) -> Iterator[str]:
    if span is not None and span.since is not None:
        yield f"ticket.{column} >= {parameters.add(span.since)}"
    if span is not None and span.before is not None:
        yield f"ticket.{column} < {parameters.add(span.before)}"


def _is_null(column: str, wanted: bool) -> str:
    return f"ticket.{column} IS {'' if wanted else 'NOT '}NULL"
