"""Who is told of what: each row of the table of notices, by an event, and what people get."""

import re

import cast
import pytest
from inboxes import Inboxes

from models.actors import Actor
from models.bulk_changes import BulkChange
from models.clock import now
from models.events import Kind
from models.letters import Letter
from models.members import Member
from models.reactions import NOTICES
from models.ticket_enums import Channel, Priority, Status
from models.tickets import Ticket
from resolvers import assignments, comments, escalations, followers, resolutions, tickets, tokens
from resolvers.change import change, operation
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket


@pytest.fixture
def inboxes(desk, database_url, tmp_path, monkeypatch) -> Inboxes:
    return Inboxes.of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
async def quiet(inboxes: Inboxes, ticket: Ticket) -> Ticket:
    """Carl's ticket, of whose creation everybody has been told; Carl's address has proved itself."""
    await inboxes.prove(ticket)
    await inboxes.forget()
    return ticket


async def test_the_assignee_of_a_new_ticket_is_told_by_inbox_and_mail(inboxes, desk, ada, grace):
    contact = ContactRef(id=desk.carl.id)
    await tickets.create(ada.actor, NewTicket("Fire", contact=contact, assignee_id=grace.member.id))

    told = await inboxes.told()

    assert told == {"Grace": ["Ada created TKT-0001 for you"]}
    assert await inboxes.mailed_later() == {"carl@example.org": 1, "grace@acme.example": 1}


async def test_a_member_whom_a_ticket_is_assigned_to_is_told_by_inbox_and_mail(inboxes, quiet, ada, grace):
    await assignments.assign(ada.actor, quiet.id, grace.member.id)

    assert await inboxes.told() == {"Grace": ["Ada assigned TKT-0001 to you"]}
    assert await inboxes.mailed_later() == {"grace@acme.example": 1}


async def test_an_edit_that_assigns_tells_like_assigning(inboxes, quiet, ada, grace):
    await tickets.update(ada.actor, quiet.id, {"assignee_id": grace.member.id, "priority": Priority.HIGH})

    assert await inboxes.told() == {"Grace": ["Ada assigned TKT-0001 to you"]}


async def test_who_has_lost_the_ticket_again_is_not_told_of_getting_it(inboxes, quiet, ada, grace, olga):
    await assignments.assign(ada.actor, quiet.id, grace.member.id)
    await assignments.assign(ada.actor, quiet.id, olga.member.id)

    assert await inboxes.told() == {"Olga": ["Ada assigned TKT-0001 to you"]}


async def test_what_the_customer_writes_is_told_to_the_assignee_in_the_inbox_alone(
    inboxes, quiet, ada, grace
):
    await assignments.assign(grace.actor, quiet.id, ada.member.id)
    await inboxes.forget()
    carl = await tokens.authenticate(await cast.token_of(quiet, ada.actor))

    await comments.customer_reply(carl, "It still burns.", Channel.PORTAL)

    assert await inboxes.told() == {"Ada": ["Carl Customer answered on TKT-0001"]}
    assert await inboxes.mailed_later() == {}


async def test_escalating_is_told_to_admins_in_the_inbox_alone(inboxes, quiet, ada):
    await escalations.escalate(ada.actor, quiet.id, "It burns.")

    assert await inboxes.told() == {"Olga": ["Ada escalated TKT-0001"]}
    assert await inboxes.mailed_later() == {}


async def test_a_reply_is_told_to_followers_in_the_inbox(inboxes, quiet, ada, grace, vic):
    for somebody in (ada, grace, vic):
        await followers.follow(somebody.actor, quiet.id)

    await comments.reply(ada.actor, quiet.id, "Use the extinguisher.")

    words = ["Ada replied on TKT-0001"]
    assert await inboxes.told() == {"Grace": words, "Vic": words}
    assert await inboxes.mailed_later() == {"carl@example.org": 1}


async def test_a_mention_is_told_by_inbox_and_mail(inboxes, quiet, ada, grace, vic):
    both = frozenset({grace.member.id, vic.member.id})
    await comments.note(ada.actor, quiet.id, "Look at this.", both)

    words = ["Ada mentioned you on TKT-0001"]
    assert await inboxes.told() == {"Grace": words, "Vic": words}
    assert await inboxes.mailed_later() == {"grace@acme.example": 1, "vic@acme.example": 1}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.IN_PROGRESS, "is now being worked on."),
        (Status.WAITING, "is now waiting for your answer."),
        (Status.CLOSED, "is now closed."),
        (Status.RESOLVED, "We consider your request “The printer is on fire” solved."),
    ],
)
async def test_a_status_that_a_member_sets_is_mailed_to_the_customer(inboxes, quiet, ada, status, words):
    await tickets.update(ada.actor, quiet.id, {"status": status})

    assert words in await inboxes.customer_letter()


async def test_resolving_is_mailed_once_and_not_as_a_change_of_status(inboxes, quiet, ada):
    await resolutions.resolve(ada.actor, quiet.id, {"text": "canary-of-the-team"})

    letter = await inboxes.customer_letter()

    assert "We consider your request “The printer is on fire” solved." in letter
    assert "canary-of-the-team" not in letter


async def test_reopening_is_mailed_to_the_customer(inboxes, quiet, ada):
    await resolutions.resolve(ada.actor, quiet.id, {})
    await inboxes.forget()

    await resolutions.reopen(ada.actor, quiet.id)

    assert "is now open." in await inboxes.customer_letter()


async def test_a_status_that_a_reply_moves_sends_the_reply_alone(inboxes, quiet, ada):
    await comments.reply(ada.actor, quiet.id, "Solved.", status=Status.RESOLVED)

    letter = await inboxes.customer_letter()
    assert "Solved.\n\n" in letter and "Ada\nAcme" in letter


@pytest.mark.parametrize("kind", [Kind.CUSTOMER_REPLIED, Kind.CLOSED, Kind.REPLIED])
def test_moves_by_a_reply_a_customer_or_time_have_no_letter_of_their_own(kind):
    assert not [notice for notice in NOTICES[kind] if notice.what in (Letter.STATUS, Letter.RESOLVED)]


async def test_a_title_that_is_edited_starts_no_job(inboxes, quiet, ada):
    before = len(await inboxes.rows())

    await tickets.update(ada.actor, quiet.id, {"title": "Another", "priority": Priority.LOW})

    assert len(await inboxes.rows()) == before


async def test_a_status_of_an_internal_ticket_is_mailed_to_nobody(inboxes, quiet, ada):
    await tickets.update(ada.actor, quiet.id, {"is_internal": True})

    await tickets.update(ada.actor, quiet.id, {"status": Status.CLOSED})

    assert await inboxes.mailed_later() == {}


async def test_nobody_is_told_of_what_they_did_themselves(inboxes, quiet, olga):
    await followers.follow(olga.actor, quiet.id)
    await assignments.assign(olga.actor, quiet.id, olga.member.id)
    await comments.note(olga.actor, quiet.id, "Mine.", frozenset({olga.member.id}))
    await comments.reply(olga.actor, quiet.id, "On it.")
    await escalations.escalate(olga.actor, quiet.id, "It burns.")

    assert await inboxes.told() == {}


async def test_a_removed_member_is_told_of_nothing(inboxes, quiet, ada, grace):
    await followers.follow(grace.actor, quiet.id)
    await Member.filter(workspace_id=grace.actor.workspace_id, id=grace.member.id).update(removed_at=now())

    await comments.reply(ada.actor, quiet.id, "On it.")

    assert await inboxes.told() == {}


async def test_the_text_of_a_note_is_in_no_letter_to_a_customer(inboxes, quiet, ada, grace):
    await followers.follow(grace.actor, quiet.id)
    await comments.note(ada.actor, quiet.id, "canary-4711", frozenset({grace.member.id}))
    await tickets.update(ada.actor, quiet.id, {"status": Status.WAITING})
    await comments.reply(ada.actor, quiet.id, "Please wait.")
    await resolutions.resolve(ada.actor, quiet.id, {"text": "canary-4711"})
    await inboxes.mailed_later()

    letters = {str(letter["To"]): letter.as_string() for letter in inboxes.inbox()}

    theirs = [text for to, text in letters.items() if "carl@" in to]
    assert theirs and not [text for text in theirs if "canary" in text]
    assert "canary" in letters["Grace <grace@acme.example>"]


@pytest.mark.parametrize(
    ("is_theirs", "words"), [(True, "with your request TKT-0002"), (False, "together with another one")]
)
async def test_the_customer_of_a_duplicate_is_told_where_it_went_and_of_no_other_customer(
    inboxes, desk, quiet, ada, is_theirs, words
):
    contact = ContactRef(id=desk.carl.id) if is_theirs else ContactRef(email="dora@example.org")
    primary = await tickets.create(ada.actor, NewTicket("canary-of-the-other", contact=contact))
    await inboxes.forget()

    await _join(ada.actor, quiet, primary)

    letter = await inboxes.customer_letter()
    assert words in letter
    assert "canary" not in letter


async def test_tickets_of_one_bulk_change_are_one_letter_to_their_customer(inboxes, desk, quiet, ada):
    other = await cast.ticket_of(desk.carl, ada.actor, "The door")
    await inboxes.forget()
    bulk = await _close_all(ada, [quiet, other])

    waiting = await inboxes.mailed_later()
    await BulkChange.filter(workspace_id=bulk.workspace_id, id=bulk.id).update(ended_at=now())

    letter = await inboxes.customer_letter()
    assert waiting == {}, "it goes on still"
    assert "These requests of yours are now closed:" in letter
    assert re.findall(r"^TKT-\d+ [A-Z].*: https://desk", letter, re.MULTILINE) == [
        "TKT-0001 The printer is on fire: https://desk",
        "TKT-0002 The door: https://desk",
    ]


async def _close_all(by: cast.Somebody, rows: list[Ticket]) -> BulkChange:
    """Close the tickets in one bulk change that has not ended yet."""
    bulk = await BulkChange.create(
        workspace_id=by.actor.workspace_id, member_id=by.member.id, created_at=now()
    )

    @operation
    async def close() -> None:
        async with change(by.actor) as made:
            made.bulk_id = bulk.id
            for row in rows:
                await tickets.update(by.actor, row.id, {"status": Status.CLOSED})

    await close()
    return bulk


@operation
async def _join(actor: Actor, duplicate: Ticket, primary: Ticket) -> None:
    """Take down that the ticket joined another, with a note that says so."""
    async with change(actor) as made:
        note = await comments.note(actor, duplicate.id, "canary: it went to the other one.")
        await Ticket.filter(workspace_id=actor.workspace_id, id=duplicate.id).update(
            merged_into_id=primary.id
        )
        made.record(duplicate, Kind.MERGED, public=True, comment=note)
