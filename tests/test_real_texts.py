"""Real input: the texts of collected mails become tickets, and a subscriber that is cut has them all."""

import email
import unicodedata
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import Any

import cast
import pytest
from follower import Follower
from running_web import RunningWeb

SHARED = Path(__file__).parent.parent.parent / "shared" / "mail"
MAILS = sorted(path for name in ("django-helpdesk", "chatwoot") for path in SHARED.glob(f"{name}/eml/*.eml"))
FIELDS = "id reference title description status version contact { name email }"
CHANGED = (
    "subscription ($after: EventCursor) { ticketChanged(after: $after) {"
    f" type eventCursor ticket {{ {FIELDS} }} }} }}"
)
CREATE = """
mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) {
  errors { code path message } ticket { id title description } } }"""
REPLY = """
mutation ($id: ID!, $status: TicketStatus) {
  ticketReply(input: {ticketId: $id, body: "Thank you.", status: $status}) { errors { code } } }"""
PAGE = (
    "query ($after: String) { tickets(first: 7, after: $after) {"
    f" nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}"
)
CUTS = 5

pytestmark = pytest.mark.skipif(not MAILS, reason="the collected mails are not on this machine")


@dataclass(frozen=True)
class Letter:
    """What of a mail becomes a ticket."""

    title: str
    text: str


async def test_real_texts_become_tickets_and_a_cut_subscriber_ends_with_what_a_fresh_query_shows(
    web, ada, vic
):
    letters = _letters()
    follower = Follower(
        web, vic.key, CHANGED, await web.cursor(vic.key), lambda message: message["ticket"]["id"]
    )
    dice = Random(7)

    for part in range(CUTS):
        for letter in letters[part::CUTS]:
            await _create(web, ada, letter)
        await follower.be_cut(1, dice)
    await follower.catch_up(2 * len(letters))

    folded = {each["ticket"]["id"]: each["ticket"] for each in follower.messages if each["ticket"]}
    fresh = {ticket["id"]: ticket for ticket in await _all(web, ada)}
    assert folded == fresh
    assert len(fresh) == len(letters) > 30
    assert follower.cuts == CUTS


async def test_every_text_is_kept_as_it_was_but_for_what_no_text_can_hold(web, ada):
    for letter in _letters():
        ticket = await _create(web, ada, letter)

        assert ticket["title"] == " ".join(_readable(letter.title).split())
        assert ticket["description"].split() == _readable(letter.text).split()


async def _create(web: RunningWeb, ada: cast.Somebody, letter: Letter) -> dict[str, Any]:
    """Make a ticket of it and answer it, which moves it on."""
    values = {
        "title": letter.title,
        "description": letter.text,
        "contact": {"byAddress": {"email": "c@x.example"}},
    }
    made = (await web.run(CREATE, ada.key, input=values))["ticketCreate"]
    assert made["errors"] == [], letter
    status = ("WAITING", "RESOLVED", None)[len(letter.title) % 3]
    answered = await web.run(REPLY, ada.key, id=made["ticket"]["id"], status=status)
    assert answered["ticketReply"]["errors"] == []
    return made["ticket"]


async def _all(web: RunningWeb, ada: cast.Somebody) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await web.run(PAGE, ada.key, after=after))["tickets"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def _letters() -> list[Letter]:
    """Return the mails that have a subject of at most 200 characters and a text."""
    found = (_letter(path.read_bytes()) for path in MAILS)
    return [each for each in found if each.text.strip() and 0 < len(each.title.strip()) <= 200]


def _letter(source: bytes) -> Letter:
    message = email.message_from_bytes(source, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    try:
        text = str(body.get_content()) if body is not None else ""
    except (LookupError, KeyError):  # a charset that Python does not know
        text = ""
    return Letter(_sendable(str(message["subject"] or "")), _sendable(text))


def _sendable(text: str) -> str:
    """Return the text as JSON over HTTP can carry it: lone surrogates cannot be sent."""
    return text.encode("utf-8", "replace").decode()


def _readable(text: str) -> str:
    """Return the text in NFC, without control characters."""
    kept = (each for each in text if each in "\t\r\n" or unicodedata.category(each) != "Cc")
    return unicodedata.normalize("NFC", "".join(kept))
