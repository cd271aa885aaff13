"""The engine under the ORM: asyncpg, with transactions that no cancelled task can leak.

Tortoise finds it by its dotted name, `models.engine`.
"""
# pyright: reportPrivateUsage=false

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

watchers: list[Callable[[str], None]] = []
"""Called with the text of each statement before it runs; the tests put their checker here."""


class _Watched:
    """Shows each statement to the watchers."""

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        return await super().execute_insert(_shown(query), values)  # type: ignore[misc]

    async def execute_many(self, query: str, values: list[Any]) -> None:
        await super().execute_many(_shown(query), values)  # type: ignore[misc]

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        return await super().execute_query(_shown(query), values)  # type: ignore[misc]

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> Any:
        return await super().execute_query_dict(_shown(query), values)  # type: ignore[misc]


class _Transaction(TransactionContextPooled):
    """Gives the pooled connection back when the task is cancelled while it enters.

    Tortoise 1.1.9 keeps it for ever: five such cancels empty its default pool.
    """

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        pool = self.client._parent._pool
        connection = await pool.acquire()
        self.client._connection = connection
        try:
            await self.client.begin()
        except BaseException:
            await asyncio.shield(pool.release(connection))
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client


class _InTransaction(_Watched, TransactionWrapper):
    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_InTransaction(self))


class Client(_Watched, AsyncpgDBClient):
    """The connection pool of one process."""

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        # No session state is ever set, so the reset that asyncpg sends at each release is saved.
        return await super().create_pool(**kwargs, reset=_leave_as_it_is)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_InTransaction(self), self._pool_init_lock)

    @property
    def pool(self) -> asyncpg.Pool | None:
        """The pool, None before the first statement."""
        return self._pool


client_class = Client


def _shown(statement: str) -> str:
    for watch in watchers:
        watch(statement)
    return statement


async def _leave_as_it_is(_: object) -> None:
    return None
