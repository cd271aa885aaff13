"""No list grows in statements: each field of each row, shown for one row and for fifty."""

from collections.abc import Generator
from contextlib import contextmanager

import cast
import pytest
import schema_walk
from graphql import GraphQLNonNull

from models import engine
from models.contacts import Contact
from models.members import Member
from resolvers import comments
from schema.nodes import id_of
from settings import settings

PARENTS = 50
NODES = "query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename ... on {type} {{ {field} }} }} }}"


@contextmanager
def counted() -> Generator[list[str]]:
    """Collect the statements that run meanwhile."""
    seen: list[str] = []
    engine.watchers.append(seen.append)
    try:
        yield seen
    finally:
        engine.watchers.remove(seen.append)


@pytest.fixture
def plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks may ask for all of it at once."""
    monkeypatch.setattr(settings, "query_cost", 10_000_000)
    monkeypatch.setattr(settings, "points_burst", 10_000_000_000)


@pytest.fixture
async def parents(desk: cast.Desk, ada: cast.Somebody) -> dict[str, list[str]]:
    """The ids of fifty objects of each type, as far as there can be as many, each with its own relations."""
    found: dict[str, list[str]] = {}
    for nth in range(PARENTS):
        contact = await Contact.create(
            workspace_id=desk.acme.id,
            name=f"C{nth}",
            email=f"c{nth}@x.example",
            created_at=desk.acme.created_at,
        )
        ticket = await cast.ticket_of(contact, ada.actor, f"{nth} is broken")
        await comments.reply(ada.actor, ticket.id, f"We look at {nth}.")
        for name, id_ in (await cast.one_of_each(ada.actor, ticket)).items():
            found.setdefault(name, []).append(id_)
    found["Member"] = [id_of(row) for row in await Member.filter(workspace_id=desk.acme.id)]
    return {name: list(dict.fromkeys(ids)) for name, ids in found.items()}


def _fields() -> list[tuple[str, str, str]]:
    """Return type, field and selection of everything that a row shows."""
    kinds = schema_walk.DESK.get_possible_types(schema_walk.DESK.type_map["Node"])
    return [
        (kind.name, name, f"{name} {schema_walk.all_of(field, depth=2)}".strip())
        for kind in kinds
        for name, field in kind.fields.items()
        if not any(isinstance(arg.type, GraphQLNonNull) for arg in field.args.values())
    ]


async def test_no_field_takes_more_statements_for_more_rows(plenty, web, olga, parents):
    grown: dict[str, tuple[int, int]] = {}

    for kind, name, selection in _fields():
        query, ids = NODES.format(type=kind, field=selection), parents[kind]
        one, many = [await _count(web, olga.key, query, some) for some in (ids[:1], ids)]
        if many > one:
            grown[f"{kind}.{name}"] = (one, many)

    assert grown == {}


async def _count(web, key: str, query: str, ids: list[str]) -> int:
    with counted() as statements:
        answer = await web.post(query, key, ids=ids)
    assert "errors" not in answer, answer["errors"][0]
    assert all(answer["data"]["nodes"])
    return len(statements)


def test_every_field_that_shows_a_row_is_tried():
    fields = _fields()

    assert len({kind for kind, _, _ in fields}) >= 7
    assert len(fields) > 50
