"""The rules by which tickets move, as tables of boundary cases."""

from datetime import UTC, datetime, timedelta

import cast
import pytest

from models.clock import stand_at
from models.errors import Conflict, StaleObject
from models.ticket_enums import Channel, Status
from models.tickets import Ticket, number_of, reference_of, status_changes
from resolvers import access, comments, tickets, tokens

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
MOVES = {
    #               OPEN   IN_P.  WAIT.  RESO.  CLOSED
    Status.OPEN: (False, True, True, True, True),
    Status.IN_PROGRESS: (True, False, True, True, True),
    Status.WAITING: (True, True, False, True, True),
    Status.RESOLVED: (True, True, True, False, True),
    Status.CLOSED: (True, False, False, False, False),
}


def in_status(status: Status, **values: object) -> Ticket:
    stamps: dict[str, object] = {
        "resolved_at": NOON if status in (Status.RESOLVED, Status.CLOSED) else None,
        "closed_at": NOON if status is Status.CLOSED else None,
    }
    return Ticket(workspace_id=1, number=1, title="Help", status=status, **stamps | values)


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize(("nth", "after"), list(enumerate(Status)))
def test_statuses_move_as_the_table_says(before, after, nth):
    ticket = in_status(before)

    if MOVES[before][nth]:
        assert ticket.move(after, LATER) == {"status": [before, after]}
        assert ticket.status is after
    elif before is after:
        assert ticket.move(after, LATER) == {}
        assert (ticket.resolved_at, ticket.closed_at) != (LATER, LATER)
    else:
        with pytest.raises(Conflict, match=f"from {before} to {after}"):
            ticket.move(after, LATER)
        assert ticket.status is before


@pytest.mark.parametrize("after", [status for status in Status if status is not Status.CLOSED])
def test_a_merged_ticket_moves_no_more(after):
    ticket = in_status(Status.CLOSED, merged_into_id=2)

    with pytest.raises(Conflict):
        ticket.move(after, LATER)


@pytest.mark.parametrize(
    ("before", "after", "resolved_at", "closed_at"),
    [
        (Status.OPEN, Status.RESOLVED, LATER, None),
        (Status.OPEN, Status.CLOSED, None, LATER),
        (Status.RESOLVED, Status.CLOSED, NOON, LATER),
        (Status.RESOLVED, Status.OPEN, None, None),
        (Status.CLOSED, Status.OPEN, None, None),
    ],
)
def test_a_move_stamps_when_it_was_resolved_and_closed(before, after, resolved_at, closed_at):
    ticket = in_status(before)

    ticket.move(after, LATER)

    assert (ticket.resolved_at, ticket.closed_at) == (resolved_at, closed_at)


@pytest.mark.parametrize(
    ("before", "after"),
    [(Status.OPEN, Status.IN_PROGRESS), *((s, s) for s in Status if s is not Status.OPEN)],
)
def test_an_answer_takes_an_open_ticket_up_and_leaves_others(before, after):
    ticket = in_status(before)

    ticket.answer(LATER)

    assert (ticket.status, ticket.first_response_at) == (after, LATER)


def test_the_first_response_is_set_once():
    ticket = in_status(Status.OPEN, first_response_at=NOON)

    ticket.answer(LATER)

    assert ticket.first_response_at == NOON


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.OPEN, Status.OPEN),
        (Status.IN_PROGRESS, Status.IN_PROGRESS),
        (Status.WAITING, Status.IN_PROGRESS),
        (Status.RESOLVED, Status.OPEN),
        (Status.CLOSED, Status.OPEN),
    ],
)
def test_a_customers_message_wakes_a_ticket_and_brings_it_back_from_the_archive(before, after):
    ticket = in_status(before, archived_at=NOON)

    changes = ticket.hear(LATER)

    assert (ticket.status, ticket.archived_at) == (after, None)
    assert changes == {"archived": [True, False]} | status_changes(before, after)


FORTNIGHT = timedelta(days=14)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("status", "quiet", "is_past"),
    [
        (Status.CLOSED, timedelta(), False),
        (Status.CLOSED, FORTNIGHT - INSTANT, False),
        (Status.CLOSED, FORTNIGHT, False),
        (Status.CLOSED, FORTNIGHT + INSTANT, True),
        (Status.RESOLVED, FORTNIGHT * 10, False),
    ],
)
def test_a_closed_ticket_can_be_reopened_for_a_fortnight(status, quiet, is_past):
    assert in_status(status).is_past_reopening(NOON + quiet) is is_past


async def test_after_a_fortnight_a_message_begins_a_ticket_that_follows_the_closed_one(ada, ticket):
    closed = await tickets.update(
        ada.actor, ticket.id, {"status": Status.CLOSED, "assignee_id": ada.member.id}
    )
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))
    assert closed.closed_at is not None

    with stand_at(closed.closed_at + FORTNIGHT + timedelta(minutes=1)):
        comment = await comments.customer_reply(carl, "It burns again.", Channel.PORTAL)

    new = await access.tickets(ada.actor).get(id=comment.ticket_id)
    old = await access.tickets(ada.actor).get(id=ticket.id)
    assert (new.follows_id, new.reference, new.status) == (old.id, "TKT-0002", Status.OPEN)
    assert (new.title, new.contact_id, new.assignee_id) == (old.title, old.contact_id, ada.member.id)
    assert (old.status, old.version, new.is_public) == (Status.CLOSED, 2, True)


async def test_within_a_fortnight_a_message_reopens_the_closed_ticket(ada, ticket):
    closed = await tickets.update(ada.actor, ticket.id, {"status": Status.CLOSED})
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))
    assert closed.closed_at is not None

    with stand_at(closed.closed_at + FORTNIGHT - timedelta(minutes=1)):
        comment = await comments.customer_reply(carl, "It burns again.", Channel.PORTAL)

    assert comment.ticket_id == ticket.id
    assert (await access.tickets(ada.actor).get(id=ticket.id)).status is Status.OPEN


@pytest.mark.parametrize(("days", "hours", "is_reopened"), [(3, 71, True), (3, 73, False), (0, 1, False)])
async def test_a_workspace_says_for_how_long_a_closed_ticket_is_reopened(
    desk, ada, ticket, days, hours, is_reopened
):
    await desk.acme.filter(id=desk.acme.id).update(reopen_days=days)
    closed = await tickets.update(ada.actor, ticket.id, {"status": Status.CLOSED})
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))
    assert closed.closed_at is not None

    with stand_at(closed.closed_at + timedelta(hours=hours)):
        comment = await comments.customer_reply(carl, "It burns again.", Channel.PORTAL)

    assert (comment.ticket_id == ticket.id) is is_reopened


@pytest.mark.parametrize(("expected", "is_stale"), [(None, False), (3, False), (2, True), (4, True)])
def test_an_edit_of_another_version_is_stale(expected, is_stale):
    ticket = in_status(Status.OPEN, version=3)

    if is_stale:
        with pytest.raises(StaleObject):
            ticket.expect_version(expected)
    else:
        ticket.expect_version(expected)


@pytest.mark.parametrize(
    ("number", "reference"),
    [(1, "TKT-0001"), (42, "TKT-0042"), (9999, "TKT-9999"), (10_000, "TKT-10000")],
)
def test_references_are_padded_to_four_and_grow_beyond(number, reference):
    assert reference_of(number) == reference
    assert number_of(reference) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42", 42),
        (" tkt-0042 ", 42),
        ("TKT-999999999", 999_999_999),
        ("TKT-1000000000", None),
        ("TKT-", None),
        ("", None),
        ("TKT--42", None),
        ("TKT-4 2", None),
        ("٤٢", None),
        ("²", None),
        ("TKT-42; --", None),
    ],
)
def test_a_reference_is_read_as_people_type_it_and_nothing_else(text, number):
    assert number_of(text) == number
