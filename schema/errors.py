"""GraphQL errors as clients see them: one vocabulary of codes, our own bugs masked and logged."""

from collections.abc import Sequence

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError

from models.errors import DeskError
from models.faults import refusal_of
from realtime.requests import Refused

MOST_ERRORS = 50  # of one answer; more tell nobody anything
LONGEST_MESSAGE = 500  # characters; the parser and the validator quote what the client sent
MASKED = "Unexpected error."

log = structlog.stdlib.get_logger(__name__)


def format_errors(errors: Sequence[GraphQLError]) -> list[dict[str, object]]:
    """Return the errors of an execution, at most MOST_ERRORS of them, ready to be sent."""
    return [format_error(error) for error in errors[:MOST_ERRORS]]


def format_error(error: GraphQLError) -> dict[str, object]:
    """Return one error of an execution with its code. Masks, after logging it, what is our bug."""
    cause = _cause(error)
    cause = refusal_of(cause) or cause
    if isinstance(cause, DeskError):
        return _formatted(error, cause.message, {"code": cause.code, **_input_path(cause)})
    if error.extensions and "code" in error.extensions:
        return _formatted(error, error.message, dict(error.extensions))
    if _is_clients(error, cause):
        return _formatted(error, error.message, {"code": "BAD_USER_INPUT"})
    return _formatted(error, MASKED, masked(cause))


def masked(bug: BaseException) -> dict[str, object]:
    """Log a bug of ours whole, and return the extensions of the error that stands for it."""
    log.error("graphql.bug", exc_info=bug)
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}


def refused(errors: Sequence[GraphQLError], code: str) -> Refused:
    """Return the refusal of a request that the parser, the validator or coercion turned down."""
    found = [_formatted(error, error.message, {"code": code}) for error in errors[:MOST_ERRORS]]
    return Refused(found)


def refused_by_parser(error: GraphQLSyntaxError) -> Refused:
    """Return the refusal of a text that is no document, or one of too many tokens."""
    is_long = error.message.endswith("Parsing aborted.")
    return refused([error], "QUERY_TOO_EXPENSIVE" if is_long else "GRAPHQL_PARSE_FAILED")


def _cause(error: GraphQLError) -> BaseException:
    """Return what a resolver raised, below the errors that graphql-core wrapped around it."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _is_clients(error: GraphQLError, cause: BaseException) -> bool:
    """Tell whether the client's variables or arguments were at fault.

    Without a path nothing was resolved yet. With one, coercion of an argument is the only
    place where graphql-core itself blames the client; its other errors are about our values.
    """
    if isinstance(cause, StrawberryInputCoercionError):
        return True
    if not isinstance(cause, GraphQLError):
        return False
    return not error.path or cause.message.startswith("Argument '")


def _input_path(refusal: DeskError) -> dict[str, object]:
    return {"path": list(refusal.path)} if refusal.path else {}


def _formatted(error: GraphQLError, message: str, extensions: dict[str, object]) -> dict[str, object]:
    formatted: dict[str, object] = {"message": message[:LONGEST_MESSAGE]}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path:
        formatted["path"] = error.path
    return {**formatted, "extensions": extensions}
