"""Running a prepared operation: from a schema and a context to the bytes of one result."""

import asyncio
import inspect
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult
from graphql import execute as execute_core
from strawberry.execution import optimized_is_awaitable
from tortoise.models import Model

from models.errors import Unavailable
from models.faults import AWAY
from realtime.requests import Refused
from schema.documents import Prepared, core_schema
from schema.errors import format_errors, refused
from settings import settings

PASSING = {"SERVICE_UNAVAILABLE", "TIMEOUT"}


async def execute(
    schema: strawberry.Schema, prepared: Prepared, *, context: object, root: object = None
) -> bytes:
    """Run the operation and return its result as JSON. Raises Refused when nothing was resolved.

    What takes longer than `settings.query_seconds` is ended; what it changed meanwhile stays.
    """
    return orjson.dumps(await _run(schema, prepared, context, root))


async def execute_event(
    schema: strawberry.Schema, prepared: Prepared, *, context: object, event: object
) -> bytes:
    """Run a subscription's selection for one event. Raises Unavailable when a part of ours is away.

    No event may be passed over: the subscription ends, and its client resumes before the event.
    """
    answer = await _run(schema, prepared, context, event)
    if PASSING & _codes(answer):
        raise Unavailable(AWAY)
    return orjson.dumps(answer)


async def _run(
    schema: strawberry.Schema, prepared: Prepared, context: object, root: object
) -> dict[str, Any]:
    try:
        async with asyncio.timeout(settings.query_seconds):
            result = await _result(schema, prepared, context, root)
    except TimeoutError:
        return _timed_out()
    return _answer(prepared, result)


async def _result(
    schema: strawberry.Schema, prepared: Prepared, context: object, root: object
) -> ExecutionResult:
    result = execute_core(
        core_schema(schema),
        prepared.document,
        root,
        context,
        prepared.variables,
        prepared.name,
        executor_class=schema.execution_context_class,
        is_awaitable=_is_awaitable,  # pyright: ignore[reportArgumentType] - it only lacks the TypeGuard
        hide_suggestions=True,
        operation_extensions=None,
    )
    return await result if inspect.isawaitable(result) else result


def _is_awaitable(value: object) -> bool:
    """Tortoise's rows can be awaited, for the sake of its foreign keys; that gives themselves, slowly."""
    return not isinstance(value, Model) and optimized_is_awaitable(value)


def _answer(prepared: Prepared, result: ExecutionResult) -> dict[str, Any]:
    errors = result.errors or []
    if result.data is None and errors and not any(error.path for error in errors):
        raise _unresolved(result)
    answer: dict[str, Any] = {"data": result.data}
    if errors:
        answer["errors"] = format_errors(errors)
    if prepared.kind != "subscription":
        answer["extensions"] = {"cost": {"requested": prepared.cost, "limit": settings.query_cost}}
    return answer


def _codes(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", ())}


def _unresolved(result: ExecutionResult) -> Refused:
    """Coercion of what stands outside of fields, such as `@skip(if: $unknown)`, came to nothing."""
    return refused(result.errors or [], "BAD_USER_INPUT")


def _timed_out() -> dict[str, Any]:
    message = f"This took longer than {settings.query_seconds:g} seconds. Please ask for less."
    return {"data": None, "errors": [{"message": message, "extensions": {"code": "TIMEOUT"}}]}
