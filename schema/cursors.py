"""Cursors: where a list was left, and where a subscription was. Opaque and versioned."""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512, Hash

from models.actors import Actor
from models.errors import Invalid
from models.secrets import signing_key
from models.ticket_orders import TYPES, Place, TicketOrder
from resolvers.search import SearchPlace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LARGEST = 2**63 - 1
LARGEST_PLACE = 2**53  # ids and numbers are far below it; what is reckoned with it stays below 2**63


def ticket_cursor(order: TicketOrder, place: Place) -> str:
    """Return the cursor of a place in an order of tickets; it is none in any other order."""
    numbers = [(each - EPOCH) // MICROSECOND if isinstance(each, datetime) else each for each in place]
    return _packed(_version(order), *numbers)


def parsed_ticket_cursor(order: TicketOrder, text: str) -> Place:
    """Return the place in the order. Refuses with Invalid what is no cursor of this order."""
    numbers = _unpacked(text, _version(order), len(order.columns))
    try:
        return tuple(
            EPOCH + timedelta(microseconds=number) if TYPES[column] is datetime else number
            for column, number in zip(order.columns, numbers, strict=True)
        )
    except OverflowError:
        raise _unknown() from None


def _version(order: TicketOrder) -> str:
    return f"{order.field}-{order.direction}-1"


def seq_cursor(seq: int) -> str:
    """Return the cursor of an item in a timeline."""
    return _packed("t1", seq)


def parsed_seq_cursor(text: str) -> int:
    """Return the seq of a timeline's cursor. Refuses with Invalid anything else."""
    return _unpacked(text, "t1", 1)[0]


def number_cursor(number: int) -> str:
    """Return the cursor of a row in a list that is ordered by one number."""
    return _packed("i1", number)


def parsed_number_cursor(text: str) -> int:
    """Return the number of such a cursor. Refuses with Invalid anything else."""
    return _unpacked(text, "i1", 1)[0]


def search_cursor(place: SearchPlace) -> str:
    """Return the cursor of something that was found."""
    return _packed("s1", *place)


def parsed_search_cursor(text: str) -> SearchPlace:
    """Return the place in a search. Refuses with Invalid anything else."""
    numbers = _unpacked(text, "s1", len(SearchPlace._fields))
    if not all(-1 <= number <= LARGEST_PLACE for number in numbers):
        raise _unknown()
    return SearchPlace(*numbers)


def event_cursor(actor: Actor, seq: int) -> str:
    """Return the cursor of the workspace's log. A customer's is encrypted: it tells no volume."""
    if not actor.is_customer:
        return _packed("e1", seq)
    sealed = _cipher().encrypt(seq.to_bytes(8, "big"), _bound_to(actor))
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def parsed_event_cursor(actor: Actor, text: str) -> int:
    """Return the seq of an event cursor. Refuses with Invalid what the actor was not given by us."""
    if not actor.is_customer:
        return _unpacked(text, "e1", 1)[0]
    try:
        sealed = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        seq = _cipher().decrypt(sealed, _bound_to(actor))
    except (binascii.Error, UnicodeError, InvalidTag, ValueError):
        raise _unknown() from None
    return int.from_bytes(seq, "big")


def _bound_to(actor: Actor) -> list[bytes]:
    return [b"event-cursor", str(actor.workspace_id).encode()]


def _cipher() -> AESSIV:
    digest = Hash(SHA512())
    digest.update(b"event-cursor\0" + signing_key())
    return AESSIV(digest.finalize())


def _packed(version: str, *numbers: int) -> str:
    text = ":".join([version, *map(str, numbers)])
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _unpacked(text: str, version: str, count: int) -> list[int]:
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        found, *numbers = base64.b64decode(padded, b"-_", validate=True).decode().split(":")
        values = [int(number) for number in numbers]
    except (binascii.Error, UnicodeError, ValueError):
        raise _unknown() from None
    if found != version or len(values) != count or not all(-LARGEST <= n <= LARGEST for n in values):
        raise _unknown()
    return values


def _unknown() -> Invalid:
    return Invalid("This cursor is not one of ours. Begin without a cursor.")
