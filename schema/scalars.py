"""The scalars beyond GraphQL's own, each with what specifies it."""

from datetime import UTC, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import StrawberryType
from strawberry.types.lazy_type import LazyType
from strawberry.types.scalar import ScalarDefinition

RFC_3339 = "https://www.rfc-editor.org/rfc/rfc3339"
EventCursor = NewType("EventCursor", str)
EmailAddress = NewType("EmailAddress", str)


def _instant(text: object) -> datetime:
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
        if instant is not None and instant.tzinfo is not None:
            instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day of all may lie outside in UTC
        instant = None
    if instant is None or instant.tzinfo is None or "T" not in str(text).upper():
        raise GraphQLError("A DateTime is written like 2026-01-31T09:30:00Z, always with its zone.")
    return instant


def _rfc3339(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise GraphQLError("Expected a string.")
    return value


def _opaque(name: str, description: str, specified_by: str) -> ScalarDefinition:
    return strawberry.scalar(
        name=name,
        description=description,
        specified_by_url=specified_by,
        serialize=str,
        parse_value=_text,
    )


RELAY_CURSORS = "https://relay.dev/graphql/connections.htm#sec-Cursor"

SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant, as RFC 3339 writes it, always with a zone: `2026-01-31T09:30:00Z`.",
        specified_by_url=RFC_3339,
        serialize=_rfc3339,
        parse_value=_instant,
    ),
    EventCursor: _opaque(
        "EventCursor",
        "Where the workspace's log stands. Opaque; a subscription given it as `after` resumes there.",
        RELAY_CURSORS,
    ),
    EmailAddress: _opaque(
        "EmailAddress",
        "An e-mail address, as `<input type=email>` accepts it.",
        "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address",
    ),
}


class Names(NameConverter):
    def get_name_from_type(self, type_: StrawberryType | type) -> str:
        """Name a page of a lazy union after the union; Strawberry would name it after `Annotated`."""
        return type_.type_name if isinstance(type_, LazyType) else super().get_name_from_type(type_)


def config() -> StrawberryConfig:
    """Return the configuration of our schemas."""
    return StrawberryConfig(name_converter=Names(), scalar_map=SCALARS)  # type: ignore[arg-type]
