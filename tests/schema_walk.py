"""Walks a schema: where clients can put ids, and documents that ask for all there is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_leaf_type,
    is_list_type,
)

from schema import desk
from schema.documents import core_schema
from schema.public import portal

DESK, PUBLIC = core_schema(desk.schema), core_schema(portal.schema)


@dataclass(frozen=True)
class Place:
    """Where an id can be given: an argument of a field, or a field inside of its input."""

    on: str
    field: str
    path: tuple[str, ...]
    is_list: bool

    def __str__(self) -> str:
        return f"{self.on}.{self.field}({'.'.join(self.path)})"


def types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """Return the schema's own types."""
    return [each for each in schema.type_map.values() if not is_introspection_type(each)]


def fields(
    schema: GraphQLSchema,
) -> Iterator[tuple[GraphQLObjectType | GraphQLInterfaceType, str, GraphQLField]]:
    """Yield each field with the type it is on and its name."""
    for each in types(schema):
        if isinstance(each, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in each.fields.items():
                yield each, name, field


def id_places(schema: GraphQLSchema) -> list[Place]:
    """Return every place at which a client can give an id."""
    return [
        Place(on.name, name, (argument, *path), is_list)
        for on, name, field in fields(schema)
        for argument, value in field.args.items()
        for path, is_list in _ids_in(value.type)
    ]


def all_of(field: GraphQLField, *, depth: int) -> str:
    """Return the selection of everything below the field that takes no argument, so many levels deep."""
    return _selection(get_named_type(field.type), depth)


def document(
    schema: GraphQLSchema, on: str, name: str, sample: Callable[..., object], *, depth: int = 3
) -> tuple[str, dict]:
    """Return an operation on a root field, with all its arguments as variables, and their values.

    `sample(*path)` gives the value of an argument or input field by its path, such as
    `sample("input", "title")`; None leaves an optional one out. A new required one fails there.
    """
    field = schema.get_type(on).fields[name]
    values = {arg: _value(sample, value.type, (arg,)) for arg, value in field.args.items()}
    given = {arg: value for arg, value in values.items() if value is not None}
    declared = ", ".join(f"${arg}: {field.args[arg].type}" for arg in given)
    passed = ", ".join(f"{arg}: ${arg}" for arg in given)
    head = f"{on.lower()} ({declared})" if given else on.lower()
    call = f"{name}({passed})" if given else name
    return f"{head} {{ {call} {all_of(field, depth=depth)} }}", given


def _ids_in(type_: object, within: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the path and whether it takes a list; an input inside of itself is not walked again."""
    named = get_named_type(type_)
    if named.name == "ID":
        yield (), is_list_type(getattr(type_, "of_type", type_)) or is_list_type(type_)
    if isinstance(named, GraphQLInputObjectType) and named.name not in within:
        for name, field in named.fields.items():
            for path, is_list in _ids_in(field.type, (*within, named.name)):
                yield (name, *path), is_list


def _selection(named: GraphQLNamedType, depth: int) -> str:
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLUnionType):
        parts = " ".join(f"... on {each.name} {_selection(each, depth)}" for each in named.types)
        return f"{{ __typename {parts} }}"
    inner = [
        f"{name} {_selection(get_named_type(field.type), depth - 1)}".strip()
        for name, field in named.fields.items()
        if _is_plain(field) and (depth > 1 or is_leaf_type(get_named_type(field.type)))
    ]
    return f"{{ {' '.join(['__typename', *inner])} }}"


def _is_plain(field: GraphQLField) -> bool:
    return not any(isinstance(value.type, GraphQLNonNull) for value in field.args.values())


def _value(
    sample: Callable[..., object], type_: object, path: tuple[str, ...], within: tuple[str, ...] = ()
) -> object:
    named = get_named_type(type_)
    if not isinstance(named, GraphQLInputObjectType):
        return sample(*path)
    if (given := sample(*path)) is not None:
        return given
    if named.name in within:
        return None
    inside = (*within, named.name)
    found = {name: _value(sample, field.type, (*path, name), inside) for name, field in named.fields.items()}
    return {name: value for name, value in found.items() if value is not None} or None
