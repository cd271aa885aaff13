"""What holds for both schemas as they are printed: docs/schema.graphql and docs/public.graphql."""

import re
from pathlib import Path

import cast
import pytest
import schema_walk
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLScalarType,
    build_client_schema,
    build_schema,
    get_introspection_query,
    is_input_object_type,
    is_nullable_type,
    is_specified_scalar_type,
    lexicographic_sort_schema,
    print_schema,
)

from schema.printing import printed, write

DOCS = Path(__file__).parent.parent / "docs"
BOTH = pytest.mark.parametrize("schema", [schema_walk.DESK, schema_walk.PUBLIC], ids=["desk", "public"])


@pytest.mark.parametrize("name", ["schema.graphql", "public.graphql"])
def test_the_printed_schema_is_the_one_that_is_served(name):
    assert (DOCS / name).read_text(encoding="utf-8") == printed()[name], "run `deskwire schema --write`"


def test_what_is_written_can_be_read_again(tmp_path):
    write(tmp_path)

    texts = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert texts == printed()
    assert all(build_schema(text) and text.endswith("}\n") for text in texts.values())


async def test_introspection_tells_the_same_as_the_printed_schema(web, ada):
    answer = await web.run(get_introspection_query(specified_by_url=True, one_of=True), ada.key)

    told = build_client_schema(answer)
    assert _sorted(print_schema(told)) == _sorted(printed()["schema.graphql"])


@BOTH
def test_everything_is_described(schema):
    missing = [name for name, text in _descriptions(schema) if not text or not text.rstrip("`").endswith(".")]

    assert missing == []


@BOTH
def test_every_scalar_of_ours_says_what_specifies_it_and_none_is_json(schema):
    scalars = [
        each
        for each in schema_walk.types(schema)
        if isinstance(each, GraphQLScalarType) and not is_specified_scalar_type(each)
    ]

    assert all(each.specified_by_url for each in scalars)
    assert not {"JSON", "JSONObject", "Any", "Void"} & {each.name for each in scalars}


@pytest.mark.parametrize("text", printed().values(), ids=printed().keys())
def test_null_is_printed_as_no_default(text):
    assert "= null" not in text


@BOTH
def test_every_mutation_takes_one_input_and_answers_a_payload_that_may_be_missing(schema):
    payload = schema.type_map["Payload"]

    for name, field in schema.mutation_type.fields.items():
        [argument] = field.args
        taken = field.args[argument].type
        named = f"{name[0].upper()}{name[1:]}"
        assert (argument, str(taken), str(field.type)) == ("input", f"{named}Input!", f"{named}Payload")
        assert is_input_object_type(taken.of_type) and payload in field.type.interfaces


@BOTH
def test_what_a_payload_is_about_may_be_missing(schema):
    always = {"errors"}

    for on, name, field in schema_walk.fields(schema):
        if schema.type_map["Payload"] in getattr(on, "interfaces", ()) and name not in always:
            assert is_nullable_type(field.type), f"{on}.{name} is null when the mutation is refused"


@BOTH
def test_every_subscription_says_where_the_log_stands(schema):
    message = schema.type_map["SubscriptionMessage"]

    for field in schema.subscription_type.fields.values():
        assert message in field.type.of_type.interfaces
        assert str(field.args["after"].type) == "EventCursor"


@BOTH
def test_every_page_is_taken_by_the_same_four_arguments(schema):
    pages = {
        f"{on.name}.{name}": list(field.args)
        for on, name, field in schema_walk.fields(schema)
        if str(field.type).endswith("Connection!")
    }

    found = pages.pop("Query.search", ["first", "after"])
    assert found[-2:] == ["first", "after"]  # the best come first: nobody asks for the last
    assert pages
    assert all(args[-4:] == ["first", "after", "last", "before"] for args in pages.values()), pages


@BOTH
def test_names_are_written_as_everywhere_in_graphql(schema):
    values = [
        v for each in schema_walk.types(schema) if isinstance(each, GraphQLEnumType) for v in each.values
    ]

    assert all(re.fullmatch(r"[A-Z][A-Z_]*", value) for value in values)
    assert all(re.fullmatch(r"[a-z][A-Za-z]*", name) for _, name, _ in schema_walk.fields(schema))
    assert not [each for each in schema.type_map if "Annotated" in each]


async def test_all_that_has_an_id_can_be_fetched_by_it(web, ada, olga, ticket):
    found = await cast.one_of_each(ada.actor, ticket)

    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    nodes = (await web.run(query, olga.key, ids=list(found.values())))["nodes"]
    implementing = schema_walk.DESK.get_possible_types(schema_walk.DESK.type_map["Node"])
    assert {node["__typename"]: node["id"] for node in nodes} == found
    assert set(found) == {each.name for each in implementing}


def _descriptions(schema) -> list[tuple[str, str | None]]:
    """Return the name and description of whatever can have one."""
    found: list[tuple[str, str | None]] = []
    for each in schema_walk.types(schema):
        if not (isinstance(each, GraphQLScalarType) and is_specified_scalar_type(each)):
            found.append((each.name, each.description))
        found.extend((f"{each.name}.{name}", part.description) for name, part in _parts(each))
    for on, name, field in schema_walk.fields(schema):
        found.extend((f"{on.name}.{name}({arg})", value.description) for arg, value in field.args.items())
    return found


def _parts(each: GraphQLNamedType):
    if isinstance(each, GraphQLEnumType):
        return each.values.items()
    if isinstance(each, GraphQLInputObjectType):
        return each.fields.items()
    return getattr(each, "fields", {}).items()


def _sorted(text: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(text)))
