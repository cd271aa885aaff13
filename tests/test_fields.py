"""Each field of a row says where its value comes from, and says so rightly."""

import cast
import pytest
import strawberry

from models.permissions import Permission
from models.tickets import Ticket as TicketRow
from schema import desk
from schema.fields import (
    Column,
    Derived,
    Permitted,
    Relation,
    column,
    derived,
    permitted,
    relation,
    source_of,
)
from schema.nodes import NODES
from schema.public import portal

ASKED = {"id"}
"""What every row shows that is worked out of its type and key."""

NAMED_IN_WORDS = {"AuditEntry.principal", "AuditEntry.subject"}
"""Fields whose row is named by kind and key in one text, such as `MEMBER:7`, which outlives the row."""


@strawberry.type
class Shown:
    title: str = column("A column.")
    called = column("A column of another name.", name="title", of=str)
    loud = derived(str.upper, "title", of=str, description="A function.")
    may = permitted(Permission.REPLY, "title", unless=lambda title: title == "", description="A right.")
    follows = relation(("follows_id", TicketRow), of=strawberry.ID, description="Another row.")


def definitions(schema: strawberry.Schema) -> dict[str, list]:
    """Return the fields of each type that shows a row, by the type's name."""
    types = schema.schema_converter.type_map
    return {name: types[name].definition.fields for name in NODES if name in types}


@pytest.mark.parametrize("schema", [desk.schema, portal.schema], ids=["desk", "public"])
def test_every_field_of_a_row_is_declared(schema):
    fields = [(name, field) for name, found in definitions(schema).items() for field in found]

    silent = [
        f"{name}.{field.python_name}"
        for name, field in fields
        if source_of(field) is None and field.python_name not in ASKED and not field.arguments
    ]

    assert len(fields) > 10
    assert set(silent) <= NAMED_IN_WORDS


@pytest.mark.parametrize("schema", [desk.schema, portal.schema], ids=["desk", "public"])
def test_what_is_declared_is_there(schema):
    missing = []
    for name, fields in definitions(schema).items():
        columns = NODES[name]._meta.fields_db_projection
        missing += [
            f"{name}.{field.python_name} reads {read}"
            for field in fields
            for read in _columns(source_of(field))
            if read not in columns
        ]

    assert missing == []


def test_a_declaration_says_what_it_is():
    sources = {field.python_name: source_of(field) for field in Shown.__strawberry_definition__.fields}

    assert sources["title"] == Column("title")
    assert sources["called"] == Column("title")
    assert sources["loud"] == Derived(("title",), str.upper)
    assert isinstance(sources["may"], Permitted) and sources["may"].columns == ("title",)
    assert sources["follows"] == Relation((("follows_id", TicketRow),))


async def test_a_declared_field_is_what_its_source_says(web, ada, vic, ticket):
    query = "query ($id: ID!) { ticket(id: $id) { title reference viewerCanReply contact { name } } }"
    id_ = (await cast.one_of_each(ada.actor, ticket))["Ticket"]

    worker, viewer = [(await web.run(query, who.key, id=id_))["ticket"] for who in (ada, vic)]

    assert worker == viewer | {"viewerCanReply": True}
    assert (viewer["title"], viewer["reference"]) == (ticket.title, "TKT-0001")
    assert (viewer["contact"], viewer["viewerCanReply"]) == ({"name": "Carl Customer"}, False)


def _columns(source: object) -> list[str]:
    """Return the columns that a field with this source reads."""
    if isinstance(source, Column):
        return [source.name]
    if isinstance(source, Relation):
        return [key for key, _ in source.keys]
    return list(getattr(source, "columns", ()))
