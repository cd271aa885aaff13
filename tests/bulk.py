"""Changes of many tickets, as clients ask for them; and many tickets, for what takes long."""

import cast
from running_web import RunningWeb

from models.database import fetch
from models.tickets import Ticket
from resolvers import access
from schema.nodes import id_of

BULK = """bulkChange { id state total done undoableUntil endedAt undoes { id } author { name }
  results(first: 100) { totalCount nodes { outcome message ticket { id } } } }
errors { code message path }"""
UPDATE = f"mutation ($input: TicketBulkUpdateInput!) {{ ticketBulkUpdate(input: $input) {{ {BULK} }} }}"
UNDO = f"mutation ($input: TicketBulkUndoInput!) {{ ticketBulkUndo(input: $input) {{ {BULK} }} }}"
PROGRESS = "query ($id: ID!) { bulkChange(id: $id) { state total done } }"

MANY = """
INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel, is_internal,
                    is_public, version, created_at, updated_at)
SELECT $1, 100000 + nth, 'Ticket ' || nth, '', 'OPEN', 'MEDIUM', 'SUPPORT_TICKET', 'API', false, false, 1,
       now(), now()
FROM generate_series(1, $2::int) AS series (nth)
"""
"""Takes a workspace and how many there are to be."""


async def add_tickets(workspace_id: int, count: int) -> None:
    """Add so many open tickets to the workspace."""
    await fetch(MANY, workspace_id, count)


async def update(web: RunningWeb, by: cast.Somebody, these: list[Ticket] | dict, **change: object) -> dict:
    selection = {"matching": these} if isinstance(these, dict) else {"ids": [id_of(each) for each in these]}
    values = {"tickets": selection, "change": change}
    return (await web.run(UPDATE, by.key, input=values))["ticketBulkUpdate"]


async def undo(web: RunningWeb, by: cast.Somebody, id_: str) -> dict:
    return (await web.run(UNDO, by.key, input={"bulkChangeId": id_}))["ticketBulkUndo"]


def outcomes(payload: dict) -> list[str]:
    assert payload["errors"] == []
    found = payload["bulkChange"]["results"]
    assert found["totalCount"] == len(found["nodes"]) == payload["bulkChange"]["done"]
    return [node["outcome"] for node in found["nodes"]]


async def fresh(by: cast.Somebody) -> list[Ticket]:
    return await access.tickets(by.actor).order_by("id")
