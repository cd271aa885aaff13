"""The letter by which a customer is asked how satisfied they are."""

import re

import pytest
from office import Office, office_of, text

from jobs.relay import work_off
from models.ticket_enums import Status
from models.tickets import Ticket
from resolvers import comments, resolutions, tickets, tokens

SURVEY = re.compile(r"https://desk\.example/rate/(\S+)")


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
async def ticket(office) -> Ticket:
    ticket = await office.create()
    await office.prove(ticket)
    await office.forget_letters()
    return ticket


async def surveys_in(office: Office) -> list[str]:
    """Send what is due, and return the tokens of the surveys in it."""
    await work_off()
    letters = [text(letter) for letter in office.inbox()]
    await office.forget_letters()
    assert letters, "a letter was sent"
    return [found for letter in letters for found in SURVEY.findall(letter)]


@pytest.mark.parametrize("by", ["resolve", "edit", "reply"])
async def test_whatever_resolves_a_ticket_asks_its_customer(office, ada, ticket, by):
    if by == "resolve":
        await resolutions.resolve(ada.actor, ticket.id, {})
    elif by == "edit":
        await tickets.update(ada.actor, ticket.id, {"status": Status.RESOLVED})
    else:
        await comments.reply(ada.actor, ticket.id, "Done.", status=Status.RESOLVED)

    [token] = await surveys_in(office)

    assert (await tokens.recognize_survey(token)).ticket_id == ticket.id


async def test_within_seven_days_a_ticket_that_is_resolved_again_asks_no_more(office, ada, ticket, clock):
    await resolutions.resolve(ada.actor, ticket.id, {})
    first = await surveys_in(office)
    await resolutions.reopen(ada.actor, ticket.id)
    await resolutions.resolve(ada.actor, ticket.id, {})
    again = await surveys_in(office)
    clock.move(days=7)
    await resolutions.reopen(ada.actor, ticket.id)
    await resolutions.resolve(ada.actor, ticket.id, {})

    later = await surveys_in(office)

    assert (len(first), again, later) == (1, [], first)


async def test_no_other_letter_asks(office, ada, ticket):
    await comments.reply(ada.actor, ticket.id, "On our way.")

    assert await surveys_in(office) == []
