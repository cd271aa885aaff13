"""Filling inboxes: once each, as digests where it is much, and the mails about what stays unread."""

from datetime import timedelta

import cast
import pytest
from inboxes import Inboxes
from office import text

from jobs import claims
from jobs.notify import notify
from jobs.relay import work_off
from models.bulk_changes import BulkChange
from models.clock import now
from models.database import fetch
from models.events import Event, Kind
from models.mails import MailOut, MailState
from models.members import Member
from models.notifications import Notification
from models.outbox import OutboxRow
from models.reactions import Reaction
from resolvers import assignments, notifications, tickets
from resolvers.change import change, operation
from resolvers.tickets import NewTicket

DIGEST = "{ viewer { notifications { nodes { text count tickets { reference } } } } }"
TOLD = "Ada assigned TKT-0001 to you"


@pytest.fixture
def inboxes(desk, database_url, tmp_path, monkeypatch) -> Inboxes:
    return Inboxes.of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
async def assigned(inboxes, ada, grace, ticket):
    """Carl's ticket, which Ada has given to Grace."""
    await inboxes.forget()
    await assignments.assign(ada.actor, ticket.id, grace.member.id)
    await work_off()
    return ticket


async def test_what_is_read_within_45_seconds_is_not_mailed(inboxes, assigned, grace):
    [entry] = await Notification.filter(workspace_id=grace.actor.workspace_id)
    await inboxes.pass_time(minutes=44 / 60)
    await work_off()

    await notifications.mark_read(grace.actor, entry.id)

    assert await inboxes.mailed_later() == {}
    [mail] = [one for one in await inboxes.mails() if one.member_id]
    assert mail.state is MailState.CANCELLED
    assert not await Event.filter(workspace_id=entry.workspace_id, kind=Kind.DELIVERY_FAILED).exists()


async def test_what_stays_unread_is_mailed_after_45_seconds_with_a_link_to_the_desk(inboxes, assigned):
    await inboxes.pass_time(minutes=46 / 60)
    await work_off()

    letter = inboxes.letter()
    assert (letter["To"], letter["Subject"]) == (
        "Grace <grace@acme.example>",
        "[TKT-0001] The printer is on fire",
    )
    assert (letter["Reply-To"], letter["Auto-Submitted"]) == (
        "Acme <no-reply@desk.example>",
        "auto-generated",
    )
    assert f"{TOLD}." in text(letter) and "https://desk.example/desk/tickets/TKT-0001" in text(letter)
    assert "reply above" not in text(letter) + text(letter, "html")


async def test_a_bulk_change_is_one_entry_and_one_letter(web, inboxes, desk, ada, grace):
    rows = [await cast.ticket_of(desk.carl, ada.actor, f"Ticket {nth}") for nth in range(3)]
    await inboxes.forget()
    home = {"workspace_id": ada.actor.workspace_id}
    bulk = await BulkChange.create(
        **home, member_id=ada.member.id, created_at=now() - timedelta(seconds=1), ended_at=now()
    )

    @operation
    async def assign_all() -> None:
        async with change(ada.actor) as made:
            made.bulk_id = bulk.id
            for row in rows:
                await assignments.assign(ada.actor, row.id, grace.member.id)

    await assign_all()
    await work_off()

    [entry] = (await web.run(DIGEST, grace.key))["viewer"]["notifications"]["nodes"]
    assert (entry["text"], entry["count"]) == ("3 tickets were assigned to you", 3)
    assert [each["reference"] for each in entry["tickets"]] == ["TKT-0001", "TKT-0002", "TKT-0003"]
    assert await inboxes.mailed_later() == {"grace@acme.example": 1}
    letter = inboxes.letter()
    assert letter["Subject"] == "3 tickets were assigned to you"
    assert "TKT-0003 Ticket 2: https://desk.example/desk/tickets/TKT-0003" in text(letter)


async def test_the_sixth_of_a_kind_in_a_minute_begins_a_digest(inboxes, ada, grace, clock):
    for nth in range(8):
        await tickets.create(ada.actor, NewTicket(f"Ticket {nth}", assignee_id=grace.member.id))
    await work_off()
    clock.move(seconds=61)
    await tickets.create(ada.actor, NewTicket("Later", assignee_id=grace.member.id))

    told = await inboxes.told()

    assert [words.split()[0] for words in told["Grace"]] == ["Ada"] * 5 + ["3", "Ada"]


async def test_telling_twice_of_one_event_tells_once(inboxes, assigned, grace):
    home = {"workspace_id": grace.actor.workspace_id}
    [*_, row] = await OutboxRow.filter(**home, reaction=Reaction.NOTIFY).order_by("id")
    await fetch(
        "UPDATE outbox SET done_at = NULL WHERE workspace_id = $1 AND id = $2", row.workspace_id, row.id
    )
    again = await claims.take(row.workspace_id, row.id)
    assert again

    await notify(again)

    assert await Notification.filter(**home).count() == 1
    assert await MailOut.filter(**home, member_id=grace.member.id).count() == 1
    assert await Event.filter(**home, kind=Kind.NOTIFIED).count() == 1


async def test_a_letter_to_a_member_who_was_removed_meanwhile_is_not_sent(inboxes, assigned, grace):
    await Member.filter(workspace_id=grace.actor.workspace_id, id=grace.member.id).update(removed_at=now())

    assert await inboxes.mailed_later() == {}
