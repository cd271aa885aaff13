"""The same plots told twice, by the operations and by bulk, and their rows, made comparable."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from seeding import ask

from jobs.demo.books import Books
from jobs.demo.bulk import Desk, desk_of, write_plots
from jobs.demo.plot import Plot
from jobs.demo.story import World, worlds
from models import clock
from models.database import run_tx
from models.labels import Label
from resolvers import workspaces

Rows = list[dict[str, Any]]

# In the order of a history, whatever ids the rows have.
ORDERS = {
    "member": "name",
    "label": "name",
    "contact": "email",
    "ticket": "number",
    "ticket_label": "(SELECT number FROM ticket WHERE ticket.id = ticket_id), label_id",
    "comment": "id",
    "event": "seq",
    "counter": "name",
}
NAMED_BY = {"member": "name", "label": "name", "contact": "email", "ticket": "number"}
"""What the rows of a table are called when others name them; comments by their place."""
REFERENCES = {
    "member_id": "member",
    "assignee_id": "member",
    "contact_id": "contact",
    "label_id": "label",
    "ticket_id": "ticket",
    "comment_id": "comment",
}


@dataclass
class Histories:
    """The plots, and the rows of either workspace by table, without the ids that cannot be equal."""

    plots: list[Plot]
    by_operations: dict[str, Rows]
    by_bulk: dict[str, Rows]


async def told_twice(plots: list[Plot]) -> Histories:
    """Let the plots happen in a workspace by operations, and write them into another by bulk."""
    world = worlds()[0]
    one, other = await _founded(world, "operations"), await _founded(world, "bulk")
    books = Books(one.workspace_id, one.members, one.labels)
    steps = [(step.at, nth, step) for nth, plot in enumerate(plots) for step in plot.steps]
    for at, nth, step in sorted(steps, key=lambda row: row[:2]):
        with clock.stand_at(at):
            await books.write(nth, plots[nth], step)
    await run_tx(lambda: write_plots(other, plots))
    instants = sorted(at for at, _, _ in steps)
    by_operations, by_bulk = [await _rows(desk.workspace_id, instants) for desk in (one, other)]
    return Histories(plots, by_operations, by_bulk)


async def _founded(world: World, slug: str) -> Desk:
    workspace = await workspaces.found(slug, world.name)
    for player in world.members:
        await workspaces.add_member(workspace, player.email, player.name, player.role, "correct horse")
    for name, color in world.labels.items():
        await Label.create(workspace_id=workspace.id, name=name, color=color, created_at=clock.now())
    return await desk_of(workspace, world)


async def _rows(workspace_id: int, instants: list[datetime]) -> dict[str, Rows]:
    tables = {
        table: await ask(f'SELECT * FROM "{table}" WHERE workspace_id = $1 ORDER BY {order}', workspace_id)
        for table, order in ORDERS.items()
    }
    names = {
        table: {row["id"]: row.get(NAMED_BY.get(table, ""), nth) for nth, row in enumerate(rows)}
        for table, rows in tables.items()
    }
    return {
        table: [
            {name: _comparable(names, instants, name, value) for name, value in row.items()} for row in rows
        ]
        for table, rows in tables.items()
    }


def _comparable(names: dict[str, dict[int, Any]], instants: list[datetime], column: str, value: Any) -> Any:
    """Return the value with names in the place of ids, and with the planned instant of each step.

    Operations are a moment later than planned: their clock runs on.
    """
    if value is None or column in ("id", "workspace_id"):
        return None
    if column in REFERENCES:
        return names[REFERENCES[column]][value]
    if column == "changes":
        changes = orjson.loads(value)
        return changes | {"assignee": [id and names["member"][id] for id in changes.get("assignee", ())]}
    if isinstance(value, datetime):
        return instants[max(0, bisect_right(instants, value) - 1)]
    return value
