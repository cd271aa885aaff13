"""Erasing a customer: nothing of them is left anywhere, and what is not theirs stays."""

import time

import cast
import pytest
from canaries import Canaries, planted

from jobs.relay import work_off
from models import clock
from models.audit import AuditRow
from models.contacts import Contact
from models.database import fetch
from models.errors import Unauthenticated
from models.events import Kind
from models.mails import MailIn, MailOut, MailOutcome, MailState
from resolvers import access, contacts, erasure, tokens
from resolvers.contacts import ContactRef
from schema.nodes import id_of
from settings import settings

ERASE = """mutation ($input: ContactEraseInput!) { contactErase(input: $input) {
  contact { name email company externalId notes erasedAt viewerCanUpdate viewerCanErase }
  errors { code } } }"""
UPDATE = """mutation ($input: ContactUpdateInput!) { contactUpdate(input: $input) { errors { code } } }"""
PLACES = 25


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The data folder, empty."""
    monkeypatch.setattr(settings, "data", tmp_path)
    return tmp_path


async def test_of_25_canaries_in_25_places_none_is_left(web, desk, olga, folder):
    canaries = Canaries()
    dora = await planted(desk, canaries)
    before = {word for words in (await canaries.found()).values() for word in words}
    in_files = canaries.in_files(folder)

    payload = (await web.run(ERASE, olga.key, input={"contactId": id_of(dora)}))["contactErase"]

    await work_off()
    assert canaries.count > PLACES and len(in_files) == 1
    assert len(before | set(in_files)) == canaries.count
    assert await canaries.found() == {}
    assert canaries.in_files(folder) == []
    erased_at = payload["contact"].pop("erasedAt")
    assert erased_at and payload == {
        "contact": {
            "name": "Erased customer",
            "email": None,
            "company": None,
            "externalId": None,
            "notes": None,
            "viewerCanUpdate": False,
            "viewerCanErase": False,
        },
        "errors": [],
    }


async def test_what_is_not_theirs_stays(desk, olga):
    await planted(desk, canaries := Canaries())
    dora = await Contact.get(workspace_id=desk.acme.id, external_id="canary04")
    other = await MailIn.create(
        workspace_id=desk.acme.id,
        mailbox="acme@desk.example",
        message_key="other",
        source=b"From: carl@example.org",
        envelope_sender="carl@example.org",
        outcome=MailOutcome.QUARANTINED,
        received_at=clock.now(),
    )

    await erasure.erase(olga.actor, dora.id)

    assert canaries.count >= PLACES
    carls = await access.tickets(olga.actor).get(contact_id=desk.carl.id)
    bodies = [row.body for row in await access.comments(olga.actor).filter(ticket_id=carls.id).order_by("id")]
    assert (carls.title, carls.is_public) == ("Carl's own", True)
    assert bodies == ["This is Carl's.", "(erased)", "(erased)"]
    assert (await access.contacts(olga.actor).get(id=desk.carl.id)).email == "carl@example.org"
    assert (await MailIn.get(workspace_id=desk.acme.id, id=other.id)).source == other.source


async def test_each_ticket_has_one_event_and_the_audit_log_keeps_that_it_happened(desk, olga):
    dora = await planted(desk, Canaries())

    await erasure.erase(olga.actor, dora.id)
    await erasure.erase(olga.actor, dora.id)

    events = await access.events(olga.actor).filter(kind=Kind.ERASED).order_by("ticket_id")
    touched = await access.tickets(olga.actor).order_by("id")
    assert [event.ticket_id for event in events] == [row.id for row in touched] and len(events) == 3
    assert all(event.changes == {} and not event.is_public for event in events)
    rows = await AuditRow.filter(workspace_id=desk.acme.id, action="CONTACT_ERASED")
    assert [(row.subject, row.principal) for row in rows] == [
        (f"CONTACT:{dora.id}", f"MEMBER:{olga.member.id}")
    ]


async def test_the_erased_are_let_in_by_no_link_and_mailed_no_more(web, desk, ada, olga, ticket):
    token = await cast.token_of(ticket, ada.actor)
    reply = await tokens.reply_token(ada.actor, ticket.id, desk.carl.id)

    await erasure.erase(olga.actor, desk.carl.id)

    with pytest.raises(Unauthenticated):
        await tokens.recognize(token)
    with pytest.raises(Unauthenticated):
        await tokens.authenticate_reply(reply)
    row = await access.tickets(ada.actor).get(id=ticket.id)
    assert not row.is_public and row.contact_id == desk.carl.id
    refused = await web.run(UPDATE, ada.key, input={"contactId": id_of(desk.carl), "email": "c@x.example"})
    assert [error["code"] for error in refused["contactUpdate"]["errors"]] == ["CONFLICT"]


async def test_a_letter_that_was_on_its_way_is_held(desk, olga):
    dora = await planted(desk, Canaries())

    await erasure.erase(olga.actor, dora.id)

    states = [row.state for row in await MailOut.filter(workspace_id=desk.acme.id).order_by("id")]
    assert states == [MailState.HELD, MailState.FAILED]


async def test_who_writes_again_from_the_same_address_is_a_new_customer(desk, ada, olga):
    await erasure.erase(olga.actor, desk.carl.id)

    again = await contacts.find_or_create(ada.actor, ContactRef(email="carl@example.org"))

    assert again.id != desk.carl.id and again.name == "carl"


async def test_a_mail_that_waits_to_be_placed_is_still_heard(desk, olga):
    mail = await MailIn.create(
        workspace_id=desk.acme.id,
        mailbox="acme@desk.example",
        message_key="1",
        source=b"From: carl@example.org",
        envelope_sender="carl@example.org",
        received_at=clock.now(),
    )

    await erasure.erase(olga.actor, desk.carl.id)

    assert (await MailIn.get(workspace_id=desk.acme.id, id=mail.id)).source == mail.source


async def test_a_customer_of_a_thousand_tickets_is_erased_in_seconds(desk, ada, olga):
    await fetch(
        """WITH made AS (
             INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel,
                                 is_internal, is_public, version, created_at, updated_at, contact_id)
             SELECT $1, nth, 'A title', 'A text', 'OPEN', 'MEDIUM', 'SUPPORT_TICKET', 'API',
                    false, true, 1, now(), now(), $2 FROM generate_series(1, 1000) AS nth RETURNING id)
           INSERT INTO comment (workspace_id, ticket_id, is_public, channel, body, created_at)
           SELECT $1, id, true, 'EMAIL', 'Secret words', now() FROM made, generate_series(1, 5)""",
        desk.acme.id,
        desk.carl.id,
    )
    began = time.monotonic()

    await erasure.erase(olga.actor, desk.carl.id)

    assert time.monotonic() - began < 10
    assert await access.events(olga.actor).filter(kind=Kind.ERASED).count() == 1000
    assert await access.tickets(olga.actor).filter(title="A title").count() == 0


async def test_only_an_admin_erases_and_eve_not_at_all(web, desk, ada, eve):
    values = {"contactId": id_of(desk.carl)}

    tried = [(await web.run(ERASE, key, input=values))["contactErase"] for key in (ada.key, eve.key)]

    codes = [[error["code"] for error in payload["errors"]] for payload in tried]
    assert codes == [["FORBIDDEN"], ["NOT_FOUND"]]
    assert (await access.contacts(ada.actor).get(id=desk.carl.id)).name == "Carl Customer"
