"""Merging a duplicate into the ticket that stays, and taking it out again."""

from dataclasses import dataclass

from models.actors import Actor
from models.database import fetch
from models.errors import Conflict, Invalid
from models.events import Kind
from models.merges import Merge
from models.permissions import Permission
from models.tickets import Changes, Ticket
from resolvers import access, duplicates
from resolvers.change import Change, change, operation
from resolvers.comments import add_note

MOVE_COMMENTS = """
WITH said AS (
    SELECT comment_id, min(seq) AS seq FROM event
    WHERE workspace_id = $1 AND ticket_id = $2 AND comment_id IS NOT NULL GROUP BY comment_id
), moving AS (
    SELECT comment.id, said.seq FROM comment LEFT JOIN said ON said.comment_id = comment.id
    WHERE comment.workspace_id = $1 AND comment.ticket_id = $2
), moved AS (
    UPDATE comment
    SET ticket_id = $3, moved_from_id = coalesce(moved_from_id, $2),
        appeared_seq = coalesce(appeared_seq, moving.seq)
    FROM moving WHERE comment.workspace_id = $1 AND comment.id = moving.id RETURNING comment.id
)
SELECT count(*) AS count FROM moved
"""
MOVE_ATTACHMENTS = """
WITH moved AS (
    UPDATE attachment SET ticket_id = $3, moved_from_id = coalesce(moved_from_id, $2)
    WHERE workspace_id = $1 AND ticket_id = $2 RETURNING id
)
SELECT count(*) AS count FROM moved
"""
SHARE_LABELS = """
INSERT INTO ticket_label (workspace_id, ticket_id, label_id)
SELECT workspace_id, $3, label_id FROM ticket_label WHERE workspace_id = $1 AND ticket_id = $2
ON CONFLICT (workspace_id, ticket_id, label_id) DO NOTHING RETURNING label_id
"""
SHARE_FOLLOWERS = """
INSERT INTO ticket_follower (workspace_id, ticket_id, member_id, created_at)
SELECT workspace_id, $3, member_id, $4 FROM ticket_follower WHERE workspace_id = $1 AND ticket_id = $2
ON CONFLICT (workspace_id, ticket_id, member_id) DO NOTHING RETURNING member_id
"""

# What was moved by a merge is what came from the duplicate, or from what had joined that before, and lies
# on the live ticket: a ticket that is merged takes in nothing more.
OF_DUPLICATE = """
WITH RECURSIVE gone AS (
    SELECT $2::bigint AS id
    UNION
    SELECT ticket.id FROM ticket JOIN gone ON ticket.merged_into_id = gone.id WHERE ticket.workspace_id = $1
)
"""
MOVE_COMMENTS_BACK = f"""
{OF_DUPLICATE}
UPDATE comment
SET ticket_id = $2, moved_from_id = nullif(moved_from_id, $2),
    appeared_seq = CASE WHEN moved_from_id = $2 THEN NULL ELSE appeared_seq END
WHERE workspace_id = $1 AND ticket_id = $3 AND moved_from_id IN (SELECT id FROM gone)
"""  # noqa: S608
MOVE_ATTACHMENTS_BACK = f"""
{OF_DUPLICATE}
UPDATE attachment SET ticket_id = $2, moved_from_id = nullif(moved_from_id, $2)
WHERE workspace_id = $1 AND ticket_id = $3 AND moved_from_id IN (SELECT id FROM gone)
"""  # noqa: S608

SAME = "A ticket cannot be merged into itself."
ARCHIVED = "{reference} is archived. Restore it first."
MERGED = "{reference} was merged into another ticket already."
UNCONFIRMED = (
    "What was said on {reference} would be seen by people who could not see it before. "
    "Confirm that you want that."
)
NOT_MERGED = "This ticket is not merged into another one."


@dataclass(frozen=True)
class Moved:
    """What came to the primary: numbers of comments and attachments, ids of labels and followers that it
    had not."""

    comments: int
    attachments: int
    label_ids: list[int]
    follower_ids: list[int]


@operation
async def merge(
    actor: Actor,
    primary_id: int,
    duplicate_id: int,
    *,
    across_customers: bool = False,
    expected_version: int | None = None,
) -> Merge:
    """Let the duplicate join the primary: what was said and its labels move, and it is closed.

    Records MERGED {merged_into, status} with a note on the duplicate and ABSORBED {duplicates} with one
    on the primary. Refuses with AlreadyMerged, with Conflict where one is archived, and where other
    people would see what was said unless `across_customers` confirms that. `expected_version` is the
    duplicate's. Source: RULES 3.
    """
    if primary_id == duplicate_id:
        raise Invalid(SAME, path=("input", "duplicateTicketId"))
    async with change(actor) as made:
        tickets = await access.tickets_at_once(actor, (primary_id, duplicate_id), Permission.MERGE)
        primary, duplicate = tickets[primary_id], tickets[duplicate_id]
        duplicate.expect_version(expected_version)
        await _check(actor, primary, duplicate, across_customers=across_customers)
        return await _joined(made, primary, duplicate)


@operation
async def unmerge(actor: Actor, duplicate_id: int) -> Merge:
    """Take the duplicate out again: what came from it goes back, and it stands as before.

    What was added since stays on the primary. Records UNMERGED {merged_into, status} on the duplicate and
    RELEASED {duplicates} on the primary, and on what that was merged into since. Refuses with Conflict
    where the ticket is not merged. Source: RULES 3.
    """
    async with change(actor) as made:
        duplicate, *above = await duplicates.locked_chain(actor, duplicate_id, Permission.MERGE)
        if not above:
            raise Conflict(NOT_MERGED)
        row = await access.merges(actor).get(duplicate_id=duplicate_id, undone_at=None)
        changes = duplicate.leave(
            row.status_before, resolved_at=row.resolved_at_before, closed_at=row.closed_at_before
        )
        row.undone_at, row.undone_by_id = made.at, actor.member_id
        await row.save()
        await _move_back(actor, duplicate, above[-1])
        await _take_off(actor, row, above)
        await _save(made, duplicate)
        made.record(duplicate, Kind.UNMERGED, public=duplicate.is_public, changes=changes)
        for ticket in above:
            await _save(made, ticket)
            made.record(ticket, Kind.RELEASED, public=False, changes={"duplicates": [duplicate.id, None]})
    return row


async def _check(actor: Actor, primary: Ticket, duplicate: Ticket, *, across_customers: bool) -> None:
    """Refuse tickets that cannot be merged, or not without being asked for expressly."""
    for ticket in (primary, duplicate):
        await duplicates.refuse_merged(actor, ticket, MERGED.format(reference=ticket.reference))
        if ticket.archived_at is not None:
            raise Conflict(ARCHIVED.format(reference=ticket.reference))
    is_other = duplicate.contact_id != primary.contact_id
    is_shown = primary.is_public and not duplicate.is_public
    if (is_other or is_shown) and not across_customers:
        raise Conflict(
            UNCONFIRMED.format(reference=duplicate.reference), path=("input", "confirmAcrossCustomers")
        )


async def _joined(made: Change, primary: Ticket, duplicate: Ticket) -> Merge:
    row = Merge(
        workspace_id=primary.workspace_id,
        duplicate_id=duplicate.id,
        primary_id=primary.id,
        member_id=made.actor.member_id,
        status_before=duplicate.status,
        resolved_at_before=duplicate.resolved_at,
        closed_at_before=duplicate.closed_at,
        created_at=made.at,
    )
    changes = duplicate.join(primary, made.at)
    moved = await _move(made, primary, duplicate)
    row.label_ids, row.follower_ids = moved.label_ids, moved.follower_ids
    await row.save()
    farewell = await add_note(made, duplicate, f"This ticket was merged into {primary.reference}.")
    made.record(duplicate, Kind.MERGED, public=duplicate.is_public, comment=farewell, changes=changes)
    welcome = await add_note(made, primary, _what_came(duplicate, moved))
    came: Changes = {"duplicates": [None, duplicate.id]}
    if moved.label_ids:
        came["added_labels"] = [*moved.label_ids]
    made.record(primary, Kind.ABSORBED, public=False, comment=welcome, changes=came)
    return row


async def _move(made: Change, primary: Ticket, duplicate: Ticket) -> Moved:
    places = (primary.workspace_id, duplicate.id, primary.id)
    [comments] = await fetch(MOVE_COMMENTS, *places)
    [attachments] = await fetch(MOVE_ATTACHMENTS, *places)
    label_ids = sorted(row["label_id"] for row in await fetch(SHARE_LABELS, *places))
    follower_ids = sorted(row["member_id"] for row in await fetch(SHARE_FOLLOWERS, *places, made.at))
    return Moved(comments["count"], attachments["count"], label_ids, follower_ids)


async def _move_back(actor: Actor, duplicate: Ticket, live: Ticket) -> None:
    for statement in (MOVE_COMMENTS_BACK, MOVE_ATTACHMENTS_BACK):
        await fetch(statement, actor.workspace_id, duplicate.id, live.id)


async def _take_off(actor: Actor, undone: Merge, above: list[Ticket]) -> None:
    """Take labels and followers off that the primary got by the merge, and those above it by that one's."""
    ids = [ticket.id for ticket in above]
    rows = await access.merges(actor).filter(duplicate_id__in=ids, undone_at=None)
    others = {row.duplicate_id: row for row in rows}
    merge: Merge | None = undone
    labels, followers = set(undone.label_ids), set(undone.follower_ids)
    # A statement for each step of the chain: it is as long as tickets were merged on, which is seldom twice.
    while merge is not None and (labels or followers):
        on = {"ticket_id": merge.primary_id}
        await access.ticket_labels(actor).filter(**on, label_id__in=labels).delete()
        await access.followers(actor).filter(**on, member_id__in=followers).delete()
        merge = others.get(merge.primary_id)
        if merge is not None:
            labels, followers = labels & set(merge.label_ids), followers & set(merge.follower_ids)
            merge.label_ids = sorted(set(merge.label_ids) - labels)
            merge.follower_ids = sorted(set(merge.follower_ids) - followers)
            await merge.save()


async def _save(made: Change, ticket: Ticket) -> None:
    ticket.touch(made.at)
    await ticket.save()


def _what_came(duplicate: Ticket, moved: Moved) -> str:
    """Say in a note what a merge brought: no words of people's, which may have to be erased."""
    counts = (
        (moved.comments, "comment"),
        (moved.attachments, "attachment"),
        (len(moved.label_ids), "label"),
    )
    parts = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    came = ", ".join(parts) or "nothing"
    return f"{duplicate.reference} was merged into this ticket. With it came: {came}."
