"""Connections by name."""

import base64
import binascii
from typing import Annotated, Any

import strawberry

from models.errors import Invalid
from models.tenancy import Tenant
from models.texts import checked_text
from resolvers.name_lists import NamePlace, count_named, named
from schema.arguments import Wanted, given
from schema.connections import Connection
from schema.context import Info
from schema.ids import LARGEST

QUERY_LENGTH = 100
Containing = Annotated[
    str | None,
    strawberry.argument(description="Only those whose name contains this, whatever its case and accents."),
]


async def name_page(info: Info, model: type[Tenant], query: Any, wanted: Wanted) -> Connection[Any]:
    """Return a page of the rows whose name contains the query, by name."""
    actor, containing = info.context.actor, checked_text(given(query) or "", "query", most=QUERY_LENGTH)
    return Connection.over(
        await named(actor, model, wanted.window(parsed_name_cursor), containing),
        cursor=lambda row: name_cursor(row.name, row.id),
        count=lambda: count_named(actor, model, containing),
    )


def name_cursor(name: str, row_id: int) -> str:
    """Return the cursor of a row in a list by name."""
    return base64.urlsafe_b64encode(f"n1:{row_id}:{name}".encode()).rstrip(b"=").decode()


def parsed_name_cursor(text: str) -> NamePlace:
    """Return name and id. Refuses with Invalid what is no cursor of such a list."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        version, number, name = base64.b64decode(padded, b"-_", validate=True).decode().split(":", 2)
        row_id = int(number)
    except (binascii.Error, UnicodeError, ValueError):
        raise _unknown() from None
    if version != "n1" or not 0 < row_id <= LARGEST or "\0" in name:
        raise _unknown()
    return name, row_id


def _unknown() -> Invalid:
    return Invalid("This cursor is not one of ours. Begin without a cursor.")
