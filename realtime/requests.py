"""A GraphQL request as it comes over HTTP or a socket, and the answer to one that cannot run."""

from dataclasses import dataclass
from typing import cast

from models.errors import Invalid

NESTING = 64  # deeper JSON has no use here, and would exhaust the stack of what reads it


@dataclass(frozen=True)
class Request:
    """What a client wants to run. Nothing of it has been looked at yet, but its shape."""

    query: str | None = None
    variables: dict[str, object] | None = None
    operation_name: str | None = None
    extensions: dict[str, object] | None = None
    document_id: str | None = None


class Refused(Exception):
    """A request that never ran: it does not parse, is not valid, or asks for too much.

    `errors` are ready to be sent. `status` is HTTP's, when it does not depend on the media type.
    """

    def __init__(self, errors: list[dict[str, object]], *, status: int | None = None) -> None:
        super().__init__(errors[0]["message"] if errors else "")
        self.errors = errors
        self.status = status


def refusal(message: str, code: str, *, status: int | None = None) -> Refused:
    """Return the refusal that holds this one error."""
    return Refused([{"message": message, "extensions": {"code": code}}], status=status)


def request_from(payload: object) -> Request:
    """Return the request that this JSON holds. Refuses with Invalid what has another shape."""
    if isinstance(payload, list):
        raise Invalid("Batching is off: send one request at a time.")
    if not isinstance(payload, dict):
        raise Invalid("The request must be a JSON object.")
    members = cast("dict[str, object]", payload)
    if _is_deeper(members, NESTING):
        raise Invalid(f"The request is nested more than {NESTING} levels deep.")
    return Request(
        query=_text(members, "query"),
        variables=_object(members, "variables"),
        operation_name=_text(members, "operationName"),
        extensions=_object(members, "extensions"),
        document_id=_text(members, "documentId"),
    )


def _text(members: dict[str, object], name: str) -> str | None:
    found = members.get(name)
    if found is None or isinstance(found, str):
        return found
    raise Invalid(f"`{name}` must be a string.", path=(name,))


def _object(members: dict[str, object], name: str) -> dict[str, object] | None:
    found = members.get(name)
    if found is None:
        return None
    if isinstance(found, dict):
        return cast("dict[str, object]", found)
    raise Invalid(f"`{name}` must be a JSON object.", path=(name,))


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    inner = cast("dict[str, object] | list[object]", value)
    members = inner.values() if isinstance(inner, dict) else inner
    return any(_is_deeper(member, levels - 1) for member in members)
