"""DataLoaders: one statement for all rows of a kind that a request needs at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeAlias, TypeVar

from strawberry.dataloader import DataLoader
from tortoise.models import Model as Row

from models.actors import Actor
from resolvers import access

Value = TypeVar("Value")
Wanted = TypeVar("Wanted", bound=Hashable)
Model: TypeAlias = type[Row]
Batch: TypeAlias = Callable[[Actor, list[int]], Awaitable[list[Value]]]
"""Finds something for many rows at once: for each id, in their order, its value."""

PageBatch: TypeAlias = Callable[[Actor, list[int], Wanted], Awaitable[list[Value]]]
"""Finds for many rows at once the wanted part of a list that each of them has."""

LARGEST = 1000  # ids in one statement


class Loaders:
    """The loaders of one request; each reads through the actor's access."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._made: dict[Hashable, DataLoader[int, Any]] = {}

    def one(self, model: Model) -> DataLoader[int, Any]:
        """Return the loader of rows by id; None for what the actor may not see."""
        return self._made.get(model) or self._make(model, self._by_id(model))

    def many(self, batch: Batch[Value]) -> DataLoader[int, Value]:
        """Return the loader of what the batch finds; equal batches share one."""
        return self._made.get(batch) or self._make(batch, lambda ids: batch(self._actor, ids))

    def pages(self, batch: PageBatch[Wanted, Value], wanted: Wanted) -> DataLoader[int, Value]:
        """Return the loader of what is wanted, such as a page, of a list that each of many rows has."""
        key = (batch, wanted)
        return self._made.get(key) or self._make(key, lambda ids: batch(self._actor, ids, wanted))

    def _make(self, key: Hashable, load: Callable[[list[int]], Awaitable[list[Any]]]) -> DataLoader[int, Any]:
        loader = self._made[key] = DataLoader(load, max_batch_size=LARGEST)
        return loader

    def _by_id(self, model: Model) -> Callable[[list[int]], Awaitable[list[Row | None]]]:
        async def load(ids: list[int]) -> list[Row | None]:
            found = {row.pk: row for row in await access.rows(self._actor, model).filter(id__in=ids)}
            return [found.get(row_id) for row_id in ids]

        return load


def at_once(loaded: Awaitable[Value]) -> Awaitable[Value] | Value:
    """Return the value if a loader has it already: for GraphQL, awaiting costs more than all the rest."""
    return loaded.result() if isinstance(loaded, asyncio.Future) and loaded.done() else loaded
