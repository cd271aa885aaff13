"""Lists by name, whatever its case, a page at a time."""

from models.actors import Actor
from models.permissions import Permission
from models.rows import count, select
from models.tenancy import Tenant
from resolvers.lists import Page, Row, Window, page_of

NamePlace = tuple[str, int]
"""A name as it is written, and the id of the row that bears it."""


async def named(actor: Actor, model: type[Row], window: Window[NamePlace], containing: str) -> Page[Row]:
    """Return a page of the rows whose name contains the text, whatever its case and accents, by name."""
    actor.require(Permission.READ)
    beyond, order = ("<", "DESC") if window.backward else (">", "ASC")
    found, values = _containing(actor, containing)
    if window.place is not None:
        found += f" AND (lower(name), id) {beyond} (lower(${len(values) + 1}), ${len(values) + 2})"
        values.extend(window.place)
    rest = f"ORDER BY lower(name) {order}, id {order} LIMIT {window.size + 1}"
    return page_of(await select(model, f"{found} {rest}", *values), window)


async def count_named(actor: Actor, model: type[Tenant], containing: str) -> int:
    """Count the rows whose name contains the text."""
    actor.require(Permission.READ)
    found, values = _containing(actor, containing)
    return await count(model, found, *values)


def _containing(actor: Actor, containing: str) -> tuple[str, list[object]]:
    if not containing:
        return "WHERE workspace_id = $1", [actor.workspace_id]
    return "WHERE workspace_id = $1 AND strpos(folded(name), folded($2)) > 0", [
        actor.workspace_id,
        containing,
    ]
