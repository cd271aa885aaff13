"""What is known of a request's selection before its fields are resolved, and values that need no waiting."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import strawberry

from models.contacts import Contact
from models.database import fetch
from models.tenancy import systemwide
from models.tickets import Ticket as TicketRow
from schema.context import Context, Info
from schema.fields import load_ahead
from schema.labels import labels_of_tickets
from schema.loaders import at_once
from schema.selections import names_below
from schema.tickets import Ticket


@strawberry.type
class Leaf:
    @strawberry.field
    def leaf(self) -> "Leaf | None":
        return None

    @strawberry.field
    def other(self) -> str:
        return ""


@strawberry.type
class Query:
    @strawberry.field
    def leaf(self, info: Info) -> Leaf:
        seen.append(names_below(info))
        return Leaf()

    @strawberry.field
    def aside(self) -> str:
        return ""


schema = strawberry.Schema(Query)
seen: list[set[str]] = []


def names_of(query: str) -> set[str]:
    assert schema.execute_sync(query).errors is None
    return seen.pop()


def test_names_are_found_below_fields_and_in_fragments_of_both_kinds():
    names = names_of("{ aside leaf { ... { leaf { ...F } } } } fragment F on Leaf { renamed: other }")

    assert names == {"leaf", "other"}


def test_a_fragment_is_read_once_however_often_it_is_spread():
    doubling = "".join(f"fragment F{n} on Leaf {{ ...F{n + 1} ...F{n + 1} }} " for n in range(64))

    names = names_of(f"{{ leaf {{ ...F0 }} }} {doubling} fragment F64 on Leaf {{ other }}")

    assert names == {"leaf", "other"}


async def test_only_what_is_selected_is_loaded_ahead_and_is_there_at_once(desk, ada, ticket):
    load = Context(ada.actor).load

    await load_ahead(load, Ticket, [ticket], {"contact"})

    assert at_once(load.one(Contact).load(desk.carl.id)) == desk.carl
    assert isinstance(at_once(load.many(labels_of_tickets).load(ticket.id)), asyncio.Future)


async def test_a_load_that_fails_ahead_fails_only_where_it_is_shown(web, ada, ticket, no_contacts):
    answer = await web.post("{ tickets { nodes { title contact { name } } } }", ada.key)

    assert answer["data"]["tickets"]["nodes"] == [{"title": ticket.title, "contact": None}]
    assert answer["errors"][0]["path"] == ["tickets", "nodes", 0, "contact"]


@pytest.fixture
async def no_contacts(ticket: TicketRow) -> AsyncGenerator[None]:
    """The table of contacts is out of reach for a while."""
    with systemwide("rename a table for a test"):
        await fetch("ALTER TABLE contact RENAME TO contact_away")
        yield
        await fetch("ALTER TABLE contact_away RENAME TO contact")
