"""A worker killed outright, again and again, while it changes many tickets: SAFETY 12."""

import asyncio
import os
from random import Random

import pytest
from bulk import MANY
from persistent_clients import persist
from processes import Site

pytestmark = pytest.mark.service
KILLS = int(os.environ.get("DESKWIRE_SOAK", "3"))
TICKETS = 600 * KILLS  # a fifth of a second's work or so between two kills
BETWEEN_SECONDS = (0.05, 0.4)
SEED = 20261124
UPDATE = """
mutation ($input: TicketBulkUpdateInput!) { ticketBulkUpdate(input: $input) {
  bulkChange { id } errors { code } } }"""
EVENTS = "SELECT ticket_id FROM event WHERE bulk_id IS NOT NULL"
CHANGED = "SELECT id FROM ticket WHERE priority = 'URGENT' AND version = 2"
LEFT = "SELECT id FROM bulk_item WHERE outcome IS DISTINCT FROM 'DONE'"
BULK = "SELECT total, done, ended_at FROM bulk_change"


async def test_a_bulk_change_goes_on_after_each_kill_where_it_stood(acme: Site) -> None:
    web, worker = acme.process("serve"), acme.process("work")
    await acme.rows(MANY, 1, TICKETS)
    await acme.start(web, worker)
    matching = {"filter": {"channels": ["API"]}, "expectedCount": TICKETS}
    dice, done_at_kills = Random(SEED), []

    await persist(
        acme, UPDATE, acme.keys["ada"], tickets={"matching": matching}, change={"priority": "URGENT"}
    )
    for _ in range(KILLS):
        await asyncio.sleep(dice.uniform(*BETWEEN_SECONDS))
        await worker.kill()
        [bulk] = await acme.rows(BULK)
        done_at_kills.append(bulk["done"])
        await acme.start(worker)
    await acme.has_nothing_left_to_do(within_seconds=75)

    [bulk] = await acme.rows(BULK)
    assert (bulk["total"], bulk["done"], bulk["ended_at"] is not None) == (TICKETS, TICKETS, True)
    told = [row["ticket_id"] for row in await acme.rows(EVENTS)]
    assert len(told) == len(set(told)) == TICKETS
    assert len(await acme.rows(CHANGED)) == TICKETS
    assert await acme.rows(LEFT) == []
    assert any(0 < done < TICKETS for done in done_at_kills)
