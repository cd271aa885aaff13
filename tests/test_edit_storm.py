"""An edit storm on one ticket: whoever expects a version overwrites nothing that they have not seen."""

import asyncio
import os

import httpx
from running_web import RunningWeb

from models.events import Kind
from models.tickets import Ticket
from resolvers import access
from schema.nodes import id_of
from settings import settings

CLIENTS = 16
EDITS = int(os.environ.get("STORM_EDITS", "4"))  # of each client
UPDATE = """
mutation ($input: TicketUpdateInput!) { ticketUpdate(input: $input) {
  ticket { version description } errors { code ... on StaleObjectError { ticket { version description } } }
} }"""


class Editor:
    """A client that adds a line to the description, and tries again on what it is shown when refused."""

    def __init__(self, web: RunningWeb, key: str, ticket: Ticket, nth: int) -> None:
        self._web, self._key, self._id, self._nth = web, key, id_of(ticket), nth
        self._seen = {"version": ticket.version, "description": ticket.description}
        self.refused = 0

    async def work(self) -> None:
        async with httpx.AsyncClient(verify=False) as client:
            for edit in range(EDITS):
                while not await self._add(client, f"{self._nth}.{edit}"):
                    self.refused += 1

    async def _add(self, client: httpx.AsyncClient, line: str) -> bool:
        values = {
            "ticketId": self._id,
            "description": f"{self._seen['description']}\n{line}",
            "expectedVersion": self._seen["version"],
        }
        answer = await client.post(
            f"{self._web.url}/graphql",
            json={"query": UPDATE, "variables": {"input": values}},
            headers={"authorization": f"Bearer {self._key}"},
        )
        payload = answer.json()["data"]["ticketUpdate"]
        if payload["ticket"]:
            self._seen = payload["ticket"]
            return True
        [refusal] = payload["errors"]
        assert refusal["code"] == "STALE_OBJECT"
        self._seen = refusal["ticket"]
        return False


async def test_of_many_edits_of_one_ticket_at_once_none_is_lost(web, ada, grace, ticket, monkeypatch):
    monkeypatch.setattr(settings, "points_per_second", 10**6)
    keys = [ada.key, grace.key]
    editors = [Editor(web, keys[nth % 2], ticket, nth) for nth in range(CLIENTS)]

    await asyncio.gather(*(editor.work() for editor in editors))

    row = await access.tickets(ada.actor).get(id=ticket.id)
    events = await access.events(ada.actor).filter(kind=Kind.UPDATED)
    written = sorted(f"{nth}.{edit}" for nth in range(CLIENTS) for edit in range(EDITS))
    assert sorted(row.description.split()) == written
    assert (row.version, len(events)) == (1 + len(written), len(written))
    assert sum(editor.refused for editor in editors) > 0
