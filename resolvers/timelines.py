"""What happened on tickets, in the order it happened.

Events stay where they happened. One by which a comment appeared is seen where the comment is by now: a
merge moves comments.
"""

from models.actors import Actor
from models.database import fetch
from models.events import UNSEEN, Event
from models.rows import select_for_each
from resolvers.lists import Page, Window, pages_of

SEQ_LIMIT = 2**63 - 1
SEEN = " AND ".join(f"event.kind <> '{kind}'" for kind in UNSEEN)
OWN = f"""
FROM event WHERE event.workspace_id = $2 AND event.ticket_id = parent.key AND {SEEN} AND NOT EXISTS (
    SELECT 1 FROM comment
    WHERE comment.workspace_id = $2 AND comment.id = event.comment_id AND comment.appeared_seq = event.seq)
"""  # noqa: S608
MOVED_HERE = """
FROM comment WHERE comment.workspace_id = $2 AND comment.ticket_id = parent.key
  AND comment.appeared_seq IS NOT NULL
"""


async def timelines(actor: Actor, ticket_ids: list[int], window: Window[int]) -> list[Page[Event]]:
    """Return for each ticket a page of what happened on it, the oldest first: what the actor may see."""
    beyond, order = ("<", "DESC") if window.backward else (">", "ASC")
    own, moved_here = _what(actor)
    nearest = f"ORDER BY 1 {order} LIMIT {window.size + 1}"
    clauses = (
        f"WHERE workspace_id = $2 AND seq IN (SELECT seq FROM ("  # noqa: S608
        f" (SELECT event.seq {own} AND event.seq {beyond} $3 {nearest}) UNION ALL"
        f" (SELECT appeared_seq {moved_here} AND appeared_seq {beyond} $3 {nearest})"
        f") AS item (seq) {nearest}) ORDER BY seq {order}"
    )
    place = window.place if window.place is not None else (SEQ_LIMIT if window.backward else 0)
    found = await select_for_each(Event, clauses, _own(actor, ticket_ids), actor.workspace_id, place)
    return pages_of(ticket_ids, found, window)


async def timeline_counts(actor: Actor, ticket_ids: list[int]) -> list[int]:
    """Count for each ticket what the actor may see of what happened on it."""
    own, moved_here = _what(actor)
    statement = (
        f"SELECT parent.key, (SELECT count(*) {own}) + (SELECT count(*) {moved_here}) AS count"  # noqa: S608
        " FROM unnest($1::bigint[]) AS parent (key)"
    )
    found = await fetch(statement, _own(actor, ticket_ids), actor.workspace_id)
    counts = {row["key"]: row["count"] for row in found}
    return [counts.get(ticket_id, 0) for ticket_id in ticket_ids]


def _what(actor: Actor) -> tuple[str, str]:
    """Return where a ticket's own events are, and the comments that came to it, as far as the actor sees."""
    if actor.is_customer:
        return f"{OWN} AND event.is_public", f"{MOVED_HERE} AND comment.is_public"
    return OWN, MOVED_HERE


def _own(actor: Actor, ticket_ids: list[int]) -> list[int]:
    return [id_ for id_ in ticket_ids if not actor.is_customer or id_ == actor.ticket_id]
