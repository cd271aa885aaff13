"""One operation on a socket: from its request to its last frame."""

from collections.abc import AsyncIterator, Awaitable, Callable
from secrets import token_hex
from typing import Protocol, runtime_checkable

import structlog

from models.actors import Actor
from models.errors import DeskError
from models.faults import refusal_of
from realtime import frames
from realtime.faces import Face, TooSlow
from realtime.requests import Refused, Request

log = structlog.stdlib.get_logger(__name__)


@runtime_checkable
class Closable(Protocol):
    async def aclose(self) -> None: ...


async def perform(
    face: Face,
    actor: Actor,
    operation_id: str,
    request: Request,
    deliver: Callable[[str], Awaitable[None]],
) -> str:
    """Deliver a frame for each result, and return the one that ends the operation.

    Raises TooSlow. A bug of ours ends this operation alone: it is logged whole and shown masked.
    """
    request_id = token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=request_id)
    try:
        await _pass_on(face.operate(actor, request), frames.opening(operation_id), deliver)
    except Refused as refused:
        return frames.error(operation_id, refused.errors)
    except DeskError as refusal:
        return frames.error(operation_id, [error_of(refusal.message, refusal.code)])
    except TooSlow:
        raise
    except Exception as fault:
        if (refusal := refusal_of(fault)) is not None:
            return frames.error(operation_id, [error_of(refusal.message, refusal.code)])
        log.exception("operation_fault")
        masked = error_of("Unexpected error.", "INTERNAL_SERVER_ERROR", requestId=request_id)
        return frames.error(operation_id, [masked])
    return frames.complete(operation_id)


def error_of(message: str, code: str, **extensions: str) -> dict[str, object]:
    """Return one formatted GraphQL error."""
    return {"message": message, "extensions": {"code": code, **extensions}}


async def _pass_on(
    results: AsyncIterator[bytes], opening: str, deliver: Callable[[str], Awaitable[None]]
) -> None:
    try:
        async for result in results:
            await deliver(f"{opening}{result.decode()}}}")
    finally:
        if isinstance(results, Closable):
            await results.aclose()
