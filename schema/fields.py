"""How a type's fields are declared: each says by itself where its value comes from.

A field is a column of its row, a relation to other rows, or a pure function of named columns. What
executes a document, row by row or compiled, reads the same declaration, found by `source_of`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from operator import attrgetter
from typing import Any, TypeAlias

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from models import clock
from models.permissions import Permission
from schema.context import Info, Parent
from schema.loaders import Batch, Loaders, Model, at_once

SOURCE = "source"


@dataclass(frozen=True)
class Column:
    """The value of a column."""

    name: str


@dataclass(frozen=True)
class Derived:
    """A pure function of the row's columns, which it takes in their order."""

    columns: tuple[str, ...]
    function: Callable[..., Any]


@dataclass(frozen=True)
class Passing:
    """A function of the row's columns and of the instant at which it is asked: never to be kept."""

    columns: tuple[str, ...]
    function: Callable[..., Any]


@dataclass(frozen=True)
class Relation:
    """The row that the first of these columns that is not null refers to, or one column of that row."""

    keys: tuple[tuple[str, Model], ...]
    """Pairs of a column and the model whose row it refers to."""
    show: str = ""


@dataclass(frozen=True)
class Several:
    """The rows whose ids the function of a column lists, without those that are gone."""

    column: str
    ids: Callable[[Any], list[int]]
    model: Model


@dataclass(frozen=True)
class Related:
    """What a batch finds for the row by its id."""

    batch: Batch[Any]


@dataclass(frozen=True)
class Permitted:
    """Whether the viewer holds the permission, and the function of the columns does not forbid it."""

    permission: Permission
    columns: tuple[str, ...]
    function: Callable[..., bool]


@dataclass(frozen=True)
class Group:
    """An object made of columns of the same row; null unless the function of the columns says it is there."""

    columns: tuple[str, ...]
    is_there: Callable[..., bool]


Source: TypeAlias = Column | Derived | Passing | Relation | Several | Related | Permitted | Group


def column(description: str, *, name: str = "", of: Any = None) -> Any:
    """Declare a field whose value is a column: of the field's own name, or of `name` and type `of`."""
    if not name:
        return strawberry.field(description=description, metadata={SOURCE: Column("")})

    def value(root: Parent[Any]) -> Any:
        return getattr(root, name)

    return _declared(Column(name), value, of, description)


def derived(function: Callable[..., Any], *columns: str, of: Any, description: str) -> Any:
    """Declare a field that is a pure function of these columns."""
    read = _reader(columns)

    def value(root: Parent[Any]) -> Any:
        return function(*read(root))

    return _declared(Derived(columns, function), value, of, description)


def passing(function: Callable[..., Any], *columns: str, of: Any, description: str) -> Any:
    """Declare a field that is a function of these columns and, after them, of the present instant."""
    read = _reader(columns)

    def value(root: Parent[Any]) -> Any:
        return function(*read(root), clock.now())

    return _declared(Passing(columns, function), value, of, description)


def relation(*keys: tuple[str, Model], of: Any, description: str, show: str = "") -> Any:
    """Declare a field that is the row which a column refers to; of several, the first that is not null.

    With `show` the field is that column of the row instead.
    """

    def value(root: Parent[Any], info: Info) -> Awaitable[Any] | Any:
        for loader, key in _reference(info.context.load, keys, root):
            loaded = at_once(loader.load(key))
            return _shown(loaded, show) if show else loaded
        return None

    return _declared(Relation(keys, show), value, of, description)


def several(model: Model, column: str, ids: Callable[[Any], list[int]], *, of: Any, description: str) -> Any:
    """Declare the rows whose ids the function of the column lists; those that are gone are left out."""

    def value(root: Parent[Any], info: Info) -> Awaitable[Any] | Any:
        wanted = ids(getattr(root, column))
        return _there(info.context.load.one(model).load_many(wanted)) if wanted else []

    return _declared(Several(column, ids, model), value, of, description)


def related(batch: Batch[Any], *, of: Any, description: str) -> Any:
    """Declare a field whose value one statement finds for many rows at once, by their ids."""

    def value(root: Parent[Any], info: Info) -> Awaitable[Any] | Any:
        return at_once(info.context.load.many(batch).load(root.id))

    return _declared(Related(batch), value, of, description)


def permitted(
    permission: Permission, *columns: str, description: str, unless: Callable[..., bool] | None = None
) -> Any:
    """Declare a `viewerCan…` field: the permission, unless the function of the columns says otherwise."""
    read, forbids = _reader(columns), unless or _never

    def value(root: Parent[Any], info: Info) -> bool:
        return info.context.actor.may(permission) and not forbids(*read(root))

    return _declared(Permitted(permission, columns, forbids), value, bool, description)


def group(*columns: str, of: Any, description: str, where: Callable[..., bool] | None = None) -> Any:
    """Declare a field that is an object of type `of`, whose fields are of the same row.

    It is null where the function of the columns, if there is one, says that there is no such thing.
    """
    read, is_there = _reader(columns), where or _always

    def value(root: Parent[Any]) -> Any:
        return root if is_there(*read(root)) else None

    return _declared(Group(columns, is_there), value, of, description)


def source_of(field: StrawberryField) -> Source | None:
    """Return where a field's value comes from, None for one that is not declared so."""
    source = field.metadata.get(SOURCE)
    return Column(field.python_name) if source == Column("") else source


async def load_ahead(load: Loaders, type_: Any, rows: Sequence[Any], names: Collection[str]) -> None:
    """Load what the named fields of the type show of the rows, so that it is there when they are resolved."""
    sources = [source_of(field) for field in type_.__strawberry_definition__.fields if _name(field) in names]
    wanted: dict[DataLoader[int, Any], set[int]] = {}
    for source in sources:
        for loader, key in (found for row in rows for found in _needs(load, source, row)):
            wanted.setdefault(loader, set()).add(key)
    loads = (loader.load_many(keys) for loader, keys in wanted.items())
    await asyncio.gather(*loads, return_exceptions=True)  # a fault comes up where it belongs


def _declared(source: Source, value: Callable[..., Any], of: Any, description: str) -> Any:
    return strawberry.field(
        resolver=value, graphql_type=of, description=description, metadata={SOURCE: source}
    )


def _needs(load: Loaders, source: Source | None, row: Any) -> Iterator[tuple[DataLoader[int, Any], int]]:
    """Yield what a field with this source loads for the row: with which loader, by which key."""
    if isinstance(source, Related):
        yield load.many(source.batch), row.id
    elif isinstance(source, Several):
        yield from ((load.one(source.model), key) for key in source.ids(getattr(row, source.column)))
    elif isinstance(source, Relation):
        yield from _reference(load, source.keys, row)


def _reference(
    load: Loaders, keys: tuple[tuple[str, Model], ...], row: Any
) -> Iterator[tuple[DataLoader[int, Any], int]]:
    for name, model in keys:
        key = getattr(row, name)
        if key is not None:
            yield load.one(model), key
            return


async def _shown(loaded: Awaitable[Any] | Any, name: str) -> Any:
    row = await loaded if isawaitable(loaded) else loaded
    return None if row is None else getattr(row, name)


async def _there(loaded: Awaitable[list[Any]]) -> list[Any]:
    return [row for row in await loaded if row is not None]


def _reader(columns: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads the columns of a row into a tuple, also where there are fewer than two."""
    getters = [attrgetter(name) for name in columns]
    return lambda row: tuple(getter(row) for getter in getters)


def _never(*values: object) -> bool:
    return False


def _always(*values: object) -> bool:
    return True


def _name(field: StrawberryField) -> str:
    return field.graphql_name or to_camel_case(field.python_name)
