"""What letters say, to whom, and that nothing people write can break out of its place."""

import re
from datetime import UTC, datetime

import pytest
from office import Office, office_of, parsed, text

from jobs.mail import message_ids
from jobs.mail.envelopes import Envelope, message, one_line, references
from jobs.mail.message_ids import Named
from jobs.mail.sheets import MARKER
from jobs.relay import work_off
from models.events import Event
from models.letters import Letter
from models.workspaces import Workspace
from resolvers import tokens
from resolvers.contacts import ContactRef
from settings import settings

EVIL = (
    "Carl\r\nBcc: victim@x.example",
    "Carl\n\nHello",
    '"Carl" <eve@evil.example>, ',
    "Carl\u2028Bcc: x@x.example\x85X: y",
    "=?utf-8?q?a=0D=0ABcc=3A_x=40x.example?=",
    "=?utf-8?q?=22_=3Ceve=40evil.example=3E?=",
    "Ünïcödé, " * 14,
    "x" * 120,
    '(comment) \\ " ; : @ [ ] < >',
)
HEADERS = {"from", "to", "subject", "date", "message-id", "mime-version", "content-type", "reply-to"}


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


def envelope(**values: object) -> Envelope:
    standard: dict[str, object] = {
        "message_id": "<1@desk.example>",
        "sender": "acme@desk.example",
        "sender_name": "Acme",
        "reply_to": "r-token@desk.example",
        "recipient": "carl@x.example",
        "recipient_name": "Carl",
        "subject": "[TKT-0001] Fire",
        "at": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
        "earlier": [],
        "is_automatic": False,
    }
    return Envelope(**standard | values)  # type: ignore[arg-type]


async def test_an_unproved_address_gets_no_text_that_its_sender_chose(office):
    canary = "canary-4711"

    await office.create(canary, description=canary, contact=ContactRef(email="new@x.example", name=canary))

    await work_off()
    assert office.letter()["Subject"] == "[TKT-0001] We received your request"
    assert canary not in office.letter().as_string() + text(office.letter()) + text(office.letter(), "html")


async def test_an_unproved_address_gets_the_agents_text_under_a_plain_subject(office):
    ticket = await office.create(
        "canary-4711", contact=ContactRef(email="new2@x.example", name="canary-4711")
    )
    await office.forget_letters()

    await office.reply(ticket, "Use the extinguisher.")

    await work_off()
    assert office.letter()["Subject"] == "[TKT-0001] We answered your request"
    assert "Use the extinguisher.\n\nAda\nAcme" in text(office.letter())
    assert "canary" not in office.letter().as_string() + text(office.letter()) + text(office.letter(), "html")


async def test_a_proved_address_gets_title_and_name(office):
    ticket = await office.create("The printer is on fire")
    await office.prove(ticket)

    await work_off()

    assert office.letter()["Subject"] == "[TKT-0001] The printer is on fire"
    assert "Hello Carl," in text(office.letter())


async def test_a_letter_begins_with_the_line_to_reply_above(office):
    await office.create()

    await work_off()

    assert text(office.letter()).startswith(MARKER + "\n")
    assert MARKER in text(office.letter(), "html")


async def test_the_link_in_a_letter_opens_its_ticket(office):
    ticket = await office.create()
    await work_off()

    found = re.search(r"https://desk\.example/t/(\S+)", text(office.letter()))

    assert found is not None
    assert (await tokens.authenticate(found[1])).ticket_id == ticket.id


async def test_a_letter_comes_from_the_workspace(office, monkeypatch):
    await office.create()
    monkeypatch.setattr(settings, "mail_from", "help@acme.example")

    await work_off()

    assert office.letter()["From"] == "Acme <help@acme.example>"


async def test_without_a_sender_set_a_letter_comes_from_the_base_url(office):
    await office.create()

    await work_off()

    assert office.letter()["From"].addresses[0].addr_spec == "acme@desk.example"


async def test_only_letters_that_nobody_wrote_are_marked_as_automatic(office):
    ticket = await office.create()
    await office.reply(ticket)

    await work_off()

    by_subject = {letter["Subject"]: letter for letter in office.inbox()}
    automatic = by_subject["[TKT-0001] We received your request"]
    written = by_subject["[TKT-0001] We answered your request"]
    assert (automatic["Auto-Submitted"], automatic["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert (written["Auto-Submitted"], written["X-Auto-Response-Suppress"]) == (None, None)


async def test_the_letters_of_a_ticket_make_one_thread(office):
    ticket = await office.create()
    await office.reply(ticket)
    await office.reply(ticket)

    await work_off()

    first, second, third = [mail.message_id for mail in await office.mails()]
    [last] = [letter for letter in office.inbox() if letter["Message-ID"] == third]
    assert last["In-Reply-To"] == second
    assert last["References"] == f"{first} {second}"


async def test_html_is_inert_and_loads_nothing(office):
    ticket = await office.create()
    await Workspace.filter(id=office.workspace_id).update(name="<b>Acme</b>")
    await office.forget_letters()

    await office.reply(ticket, '<script>x</script><img src="https://evil.example/x.png">')

    await work_off()
    html = text(office.letter(), "html")
    assert not re.search(r"<(script|img|b|link|style)\b", html)
    assert re.findall(r"<[^>]*(?:src|href)=[^>]*>", html) == re.findall(r"<a href[^>]*/t/[^>]*>", html)


@pytest.mark.parametrize("evil", EVIL)
def test_names_and_titles_stay_in_their_headers(evil):
    source = message(
        envelope(sender_name=evil, recipient_name=evil, subject=evil), "text", "<p>text</p>"
    ).as_bytes()

    read = parsed(source)
    assert set(map(str.lower, read)) == HEADERS
    assert [address.addr_spec for address in read["From"].addresses] == ["acme@desk.example"]
    assert [address.addr_spec for address in read["To"].addresses] == ["carl@x.example"]
    assert one_line(read["Subject"]) == one_line(evil)


def test_a_letter_is_seven_bit_in_lines_that_every_server_takes():
    source = message(envelope(), "ö" * 5000 + "\n.\nFrom here", "<p>" + "x" * 5000 + "</p>").as_bytes()

    assert source.isascii()
    assert max(len(line) for line in source.split(b"\r\n")) <= 998
    assert b"\n" not in source.replace(b"\r\n", b"")


def test_long_ids_are_not_broken():
    ids = [f"<{'a' * 150}{nth}@desk.example>" for nth in range(3)]

    source = message(envelope(message_id=ids[2], earlier=ids[:2]), "text", "<p>text</p>").as_bytes()

    assert b"Message-ID: " + ids[2].encode() in source
    assert b"References: " + b"\r\n ".join(each.encode() for each in ids[:2]) in source


def test_references_keep_the_first_and_the_last():
    ids = [f"<{nth}.{'a' * 60}@desk.example>" for nth in range(100)]

    kept = references(ids)

    assert len(kept) <= 1500
    assert kept.split() == [ids[0], *ids[-(len(kept.split()) - 1) :]]


async def test_a_message_id_is_stable_and_names_its_ticket(office):
    ticket = await office.create()
    event = await Event.get(workspace_id=office.workspace_id)

    ids = {message_ids.make(event, "carl@x.example", Letter.REPLY) for _ in range(2)}

    [made] = ids
    assert message_ids.verify(made) == Named(office.workspace_id, ticket.id, event.id)
    assert made != message_ids.make(event, "other@x.example", Letter.REPLY)
    assert made != message_ids.make(event, "carl@x.example", Letter.ACKNOWLEDGEMENT)


async def test_a_message_id_that_we_did_not_sign_names_nothing(office):
    ticket = await office.create()
    event = await Event.get(workspace_id=office.workspace_id)
    made = message_ids.make(event, "carl@x.example", Letter.REPLY)

    forged = made.replace(f".{ticket.id}.", f".{ticket.id + 1}.", 1)

    assert message_ids.verify(forged) is None
    assert message_ids.verify("<hello@x.example>") is None
    assert message_ids.verify(made + "\n" + made) is None
