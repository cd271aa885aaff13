"""Putting labels on tickets and taking them off."""

from collections.abc import Collection

from tortoise.functions import Count

from models.actors import Actor
from models.database import fetch
from models.errors import Conflict, Invalid, NotFound
from models.events import Kind
from models.labels import MOST_AT_ONCE, MOST_ON_TICKET
from models.permissions import Permission
from models.tickets import Ticket
from resolvers import access
from resolvers.change import change, operation

PATH = ("input", "labelIds")

# Held until the commit, so that a label that is being deleted is either gone here, or taken off again there.
HOLD = "SELECT id FROM label WHERE workspace_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE"
PUT = """
INSERT INTO ticket_label (workspace_id, ticket_id, label_id)
SELECT $1, $2, wanted.id FROM unnest($3::bigint[]) AS wanted (id)
ON CONFLICT (workspace_id, ticket_id, label_id) DO NOTHING RETURNING label_id
"""
TAKE = """
DELETE FROM ticket_label WHERE workspace_id = $1 AND ticket_id = $2 AND label_id = ANY($3) RETURNING label_id
"""


@operation
async def add_labels(
    actor: Actor, ticket_id: int, label_ids: Collection[int], *, expected_version: int | None = None
) -> Ticket:
    """Put the labels on the ticket, at most 20 at once.

    Records LABELED {added_labels}; nothing when it bears them all. Refuses with NotFound a label that the
    workspace does not have, with Conflict what would be more than 50, or a ticket that is archived.
    """
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.UPDATE)
        ticket.expect_version(expected_version)
        ticket.expect_present()
        added = await put(actor, ticket, label_ids)
        if not added:
            return ticket
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.LABELED, public=False, changes={"added_labels": [*added]})
    return ticket


@operation
async def remove_labels(
    actor: Actor, ticket_id: int, label_ids: Collection[int], *, expected_version: int | None = None
) -> Ticket:
    """Take the labels off the ticket, at most 20 at once.

    Records LABELED {removed_labels}; nothing when it bears none of them. Refuses with NotFound a label that
    the workspace does not have, with Conflict a ticket that is archived.
    """
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.UPDATE)
        ticket.expect_version(expected_version)
        ticket.expect_present()
        rows = await fetch(TAKE, actor.workspace_id, ticket.id, await _known(actor, label_ids))
        if not rows:
            return ticket
        ticket.touch(made.at)
        await ticket.save()
        removed = sorted(row["label_id"] for row in rows)
        made.record(ticket, Kind.LABELED, public=False, changes={"removed_labels": [*removed]})
    return ticket


async def ticket_counts(actor: Actor, label_ids: list[int]) -> list[int]:
    """Count for each label the tickets that bear it."""
    links = access.ticket_labels(actor).filter(label_id__in=label_ids)
    found = await links.annotate(count=Count("id")).group_by("label_id").values_list("label_id", "count")
    counts = dict(found)
    return [counts.get(label_id, 0) for label_id in label_ids]


async def put(actor: Actor, ticket: Ticket, label_ids: Collection[int]) -> list[int]:
    """Put the labels on the ticket, which is the caller's to save; return those that it did not bear."""
    if not label_ids:
        return []
    known = await _known(actor, label_ids)
    rows = await fetch(PUT, actor.workspace_id, ticket.id, known)
    if rows and await access.ticket_labels(actor).filter(ticket_id=ticket.id).count() > MOST_ON_TICKET:
        raise Conflict(f"A ticket has at most {MOST_ON_TICKET} labels.", path=PATH)
    return sorted(row["label_id"] for row in rows)


async def _known(actor: Actor, label_ids: Collection[int]) -> list[int]:
    """Return the ids, each once, and keep the labels until the commit."""
    wanted = sorted(set(label_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(f"Name at most {MOST_AT_ONCE} labels at once.", path=PATH)
    rows = await fetch(HOLD, actor.workspace_id, wanted)
    if len(rows) != len(wanted):
        raise NotFound("There is no such label.", path=PATH)
    return wanted
