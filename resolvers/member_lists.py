"""Lists of members: by name, a page at a time; and how many tickets wait for each."""

from dataclasses import dataclass

from tortoise.functions import Count

from models.actors import Actor
from models.database import fetch
from models.members import Member
from models.permissions import Permission, Role
from models.rows import select
from models.ticket_enums import OPEN_STATUSES
from resolvers import access
from resolvers.lists import Page, Window, page_of

SIGNS_IN = "SELECT FROM person WHERE person.id = member.person_id AND strpos(email, lower($2)) > 0"
FOUND = f"""
WHERE workspace_id = $1
  AND ($2 = '' OR strpos(folded(name), folded($2)) > 0 OR EXISTS ({SIGNS_IN}))
  AND ($3::text[] IS NULL OR role = ANY($3)) AND ($4::boolean IS NULL OR (removed_at IS NULL) = $4)
"""
PLACE = "(SELECT lower(name), id FROM member WHERE workspace_id = $1 AND id = $5)"


@dataclass(frozen=True)
class MemberFilter:
    """Which members: whose name or address contains `containing`, of these roles, there or removed."""

    containing: str = ""
    roles: tuple[Role, ...] | None = None
    is_active: bool | None = None

    @property
    def values(self) -> tuple[object, ...]:
        return self.containing, None if self.roles is None else list(self.roles), self.is_active


async def members_by_name(actor: Actor, wanted: MemberFilter, window: Window[int]) -> Page[Member]:
    """Return a page of the members by name; a place in the list is the id of the member who stands there."""
    actor.require(Permission.READ)
    beyond, order = ("<", "DESC") if window.backward else (">", "ASC")
    values = [actor.workspace_id, *wanted.values]
    clauses = FOUND
    if window.place is not None:
        clauses += f" AND (lower(name), id) {beyond} {PLACE}"
        values.append(window.place)
    rest = f"ORDER BY lower(name) {order}, id {order} LIMIT {window.size + 1}"
    return page_of(await select(Member, f"{clauses} {rest}", *values), window)


async def count_members(actor: Actor, wanted: MemberFilter) -> int:
    """Count the members."""
    actor.require(Permission.READ)
    [row] = await fetch(f"SELECT count(*) AS count FROM member {FOUND}", actor.workspace_id, *wanted.values)  # noqa: S608
    return int(row["count"])


async def open_ticket_counts(actor: Actor, member_ids: list[int]) -> list[int]:
    """Count for each member the tickets assigned to them that are neither solved nor put away."""
    rows = access.tickets(actor).filter(
        assignee_id__in=member_ids, status__in=OPEN_STATUSES, archived_at=None
    )
    found = await rows.annotate(count=Count("id")).group_by("assignee_id").values_list("assignee_id", "count")
    counts = dict(found)
    return [counts.get(member_id, 0) for member_id in member_ids]
