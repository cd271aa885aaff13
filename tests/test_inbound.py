"""Mail that is not what it says, that no person wrote, or that cannot be read: where it ends instead."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import cast
import pytest
from office import Office, office_of
from postbox import arrived, letter, letter_id, listening, placed, post, said_on, tickets_of

from jobs.mail import receive
from jobs.mail.parse import Unparsable
from models.contacts import Contact
from models.database import fetch
from models.inbound import MailKind
from models.mails import MailOutcome
from models.members import Member
from models.outbox import OutboxRow
from models.people import Person
from models.reactions import Reaction
from models.ticket_enums import Status
from resolvers import inbound, tickets, tokens
from settings import settings

OPERATIONS = (Path(__file__).parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
PLACE_AGAIN = re.compile(r"^(UPDATE mail_in [^;]+|INSERT INTO outbox [^;]+);", re.MULTILINE)


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    office = office_of(desk, database_url, tmp_path, monkeypatch)
    monkeypatch.setattr(settings, "base_url", "http://localhost:8000")
    return office


@pytest.fixture
async def port(office) -> AsyncGenerator[int]:
    async with listening() as port:
        yield port


@pytest.fixture
async def address(ticket, ada) -> str:
    """Where Carl's answers on his ticket go to."""
    token = await tokens.reply_token(ada.actor, ticket.id, ticket.contact_id)
    return f"r-{token}@localhost"


async def test_an_answer_to_our_letter_from_another_address_is_a_ticket_of_its_own(port, desk, ticket):
    ours = await letter_id(desk.acme.id, ticket.id)
    await post(port, letter(**{"from": "mallory@x.example"}))
    await placed(desk.acme.id)

    await post(port, letter(in_reply_to=ours, **{"from": "mallory@x.example"}))

    _, mail = await placed(desk.acme.id)
    assert mail.outcome is MailOutcome.NEW
    assert mail.reason == "It answers TKT-0001, but not from its customer's address."
    assert await said_on(ticket) == []


async def test_an_answer_to_a_letter_about_a_hidden_ticket_is_a_ticket_of_its_own(port, desk, ticket, ada):
    ours = await letter_id(desk.acme.id, ticket.id)
    await tickets.update(ada.actor, ticket.id, {"is_internal": True})

    await post(port, letter(in_reply_to=ours))

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, await said_on(ticket)) == (MailOutcome.NEW, [])


async def test_what_another_workspace_gave_out_leads_nowhere_here(port, desk, ticket, address):
    ours = await letter_id(desk.acme.id, ticket.id)

    await post(port, letter(to=address, in_reply_to=ours, references=ours), "globex@localhost")

    assert await placed(desk.acme.id) == []
    [mail] = await arrived(desk.globex.id)
    [other] = await tickets_of(desk.globex.id)
    assert (mail.outcome, mail.reason, mail.ticket_id) == (MailOutcome.NEW, None, other.id)
    assert await said_on(ticket) == []


async def test_a_message_id_that_we_did_not_sign_leads_nowhere(port, desk, ada):
    for _ in range(10):  # so that the ids of workspaces and tickets differ
        ticket = await cast.ticket_of(desk.carl, ada.actor)
    ours = await letter_id(desk.acme.id, ticket.id)
    guessed = ours.replace(f".{ticket.id}.", f".{ticket.id - 1}.", 1)

    await post(port, letter(in_reply_to=guessed, references=guessed, subject="Re: [TKT-0001] x"))

    [mail] = await placed(desk.acme.id)
    assert mail.outcome is MailOutcome.NEW


async def test_an_ended_reply_address_opens_no_ticket(port, desk, ticket, address):
    await fetch("UPDATE ticket_token SET revoked_at = now() WHERE workspace_id = $1", desk.acme.id)

    await post(port, letter(to=address))

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, await said_on(ticket)) == (MailOutcome.NEW, [])


@pytest.mark.parametrize(
    "headers", [{"from": "Ada <ada@acme.example>"}, {"from": "", "reply_to": "ada@acme.example"}]
)
@pytest.mark.parametrize("to", ["acme@localhost", "their reply address"])
async def test_nobody_speaks_as_a_member_by_mail(port, desk, ticket, address, headers, to):
    await post(port, letter(**headers), address if to != "acme@localhost" else to)

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, mail.reason) == (MailOutcome.QUARANTINED, inbound.MEMBER)
    assert await said_on(ticket) == []


async def test_a_member_who_is_also_the_customer_may_answer_as_such(port, desk, ticket, address, grace):
    person = await Person.get(id=(await Member.get(workspace_id=desk.acme.id, id=grace.member.id)).person_id)
    await Contact.filter(workspace_id=desk.acme.id, id=desk.carl.id).update(email=person.email)

    await post(port, letter(to=address, **{"from": person.email}))

    [mail] = await placed(desk.acme.id)
    assert mail.outcome is MailOutcome.THREADED


@pytest.mark.parametrize(
    "headers",
    [
        {"from": "a@x.example, b@x.example"},
        {"from": "undisclosed-recipients:;"},
        {"from": "", "sender": "a@b"},
    ],
)
async def test_a_mail_of_nobody_is_quarantined(port, desk, headers):
    await post(port, letter(**headers))

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, mail.reason) == (MailOutcome.QUARANTINED, inbound.NO_SENDER)


async def test_a_mail_without_a_word_is_quarantined_and_one_word_is_enough(port, desk):
    await post(port, letter("", subject=""))
    await post(port, letter("", subject="Help"))
    await post(port, letter("Help", subject=""))

    mails = await placed(desk.acme.id)
    assert [mail.outcome for mail in mails] == [MailOutcome.QUARANTINED, MailOutcome.NEW, MailOutcome.NEW]
    assert [ticket.title for ticket in await tickets_of(desk.acme.id)] == ["Help", "(no subject)"]


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"auto_submitted": "auto-replied"}, MailKind.AUTO_REPLY),
        ({"precedence": "bulk"}, MailKind.BULK),
        ({"from": "MAILER-DAEMON@x.example"}, MailKind.BOUNCE),
    ],
)
async def test_automatic_mail_on_a_ticket_changes_nothing_there(
    port, desk, ticket, ada, address, headers, kind, office
):
    await tickets.update(ada.actor, ticket.id, {"status": Status.RESOLVED})
    await office.forget_letters()

    await post(port, letter(to=address, **headers))

    [mail] = await placed(desk.acme.id)
    [same] = await tickets_of(desk.acme.id)
    assert (mail.outcome, mail.kind, mail.ticket_id) == (MailOutcome.SYSTEM, kind, ticket.id)
    assert (same.status, await said_on(ticket), office.inbox()) == (Status.RESOLVED, [], [])


async def test_an_automatic_answer_to_our_letter_is_known_whoever_sends_it(port, desk, ticket):
    ours = await letter_id(desk.acme.id, ticket.id)

    await post(port, letter(references=ours, **{"from": "daemon@x.example"}), sender="")

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, mail.ticket_id) == (MailOutcome.SYSTEM, ticket.id)


async def test_an_automatic_answer_to_nothing_makes_no_ticket_and_bulk_mail_makes_one_unanswered(
    port, desk, office
):
    await post(port, letter(auto_submitted="auto-replied"))
    await post(port, letter(precedence="bulk"))

    mails = await placed(desk.acme.id)
    assert [mail.outcome for mail in mails] == [MailOutcome.SYSTEM, MailOutcome.NEW]
    assert len(await tickets_of(desk.acme.id)) == 1
    assert office.inbox() == []


@pytest.mark.parametrize("sender", ["acme@localhost", "globex+x@localhost", "the reply address"])
async def test_mail_from_ourselves_makes_nothing(port, desk, address, sender):
    await post(port, letter(**{"from": sender if "@" in sender else address}))

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, mail.reason) == (MailOutcome.SYSTEM, inbound.OURS)


async def test_mail_from_a_name_like_ours_elsewhere_is_a_persons(port, desk):
    await post(port, letter(**{"from": "acme@elsewhere.example"}))

    [mail] = await placed(desk.acme.id)
    assert mail.outcome is MailOutcome.NEW


async def test_our_own_letter_that_comes_back_makes_nothing(port, desk, ticket, address):
    await post(port, letter(to=address, message_id=await letter_id(desk.acme.id, ticket.id)))

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, await said_on(ticket)) == (MailOutcome.SYSTEM, [])


async def test_a_mail_that_cannot_be_parsed_is_quarantined_and_not_tried_again(port, desk, monkeypatch):
    async def fall(source: bytes) -> None:
        raise Unparsable("Parsing it took too long.")

    monkeypatch.setattr(receive, "parse", fall)
    await post(port, letter())

    [mail] = await placed(desk.acme.id)
    [job] = await OutboxRow.filter(workspace_id=desk.acme.id, reaction=Reaction.RECEIVE)
    assert (mail.outcome, mail.reason) == (MailOutcome.QUARANTINED, "Parsing it took too long.")
    assert job.failed_at is not None


async def test_a_mail_that_our_bug_keeps_from_its_place_ends_in_quarantine(port, desk, monkeypatch):
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(receive.inbound, "place", fail)
    monkeypatch.setattr(receive, "ATTEMPTS", 2)
    await post(port, letter())

    [waiting] = await placed(desk.acme.id)
    await fetch("UPDATE outbox SET next_at = now() WHERE workspace_id = $1", desk.acme.id)
    [mail] = await placed(desk.acme.id)

    assert (waiting.outcome, mail.outcome) == (MailOutcome.RECEIVED, MailOutcome.QUARANTINED)


async def test_what_lay_in_quarantine_is_placed_again_as_the_operations_page_says(port, desk, olga):
    await post(port, letter(**{"from": "olga@acme.example"}))
    [quarantined] = await placed(desk.acme.id)
    await Member.filter(workspace_id=desk.acme.id, id=olga.member.id).update(
        removed_at=olga.member.created_at
    )

    for statement in PLACE_AGAIN.findall(OPERATIONS):
        await fetch(statement.replace("42", str(quarantined.id)))

    [mail] = await placed(desk.acme.id)
    assert desk.acme.id == 1, "as on the page"
    assert (quarantined.outcome, mail.outcome) == (MailOutcome.QUARANTINED, MailOutcome.NEW)
