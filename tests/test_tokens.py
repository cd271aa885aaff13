"""The tokens in letters that let a customer into one ticket."""

from datetime import timedelta

import cast
import pytest

from models.clock import now
from models.contacts import Contact
from models.errors import Forbidden, NotFound, Unauthenticated
from models.permissions import CUSTOMER, Permission
from models.secrets import hashed
from models.ticket_enums import Channel
from models.tokens import TicketToken
from resolvers import access, comments, tickets, tokens


async def test_a_token_lets_the_customer_into_one_ticket_and_nothing_else(desk, ada, ticket):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another")

    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))

    assert (carl.ticket_id, carl.contact_id, carl.permissions) == (ticket.id, desk.carl.id, CUSTOMER)
    assert [row.id for row in await access.tickets(carl)] == [ticket.id]
    assert other.id not in [row.id for row in await access.tickets(carl)]


async def test_a_customer_writes_on_their_ticket_alone(desk, eve, ticket, ada):
    stranger = await Contact.create(
        workspace_id=eve.actor.workspace_id, name="Dora", email="dora@example.org", created_at=now()
    )
    theirs = await cast.ticket_of(stranger, eve.actor)
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))

    comment = await comments.customer_reply(carl, "Hello.", Channel.PORTAL)

    assert (comment.ticket_id, comment.contact_id) == (ticket.id, desk.carl.id)
    with pytest.raises(NotFound):
        await comments.reply(carl, theirs.id, "Hello.")


async def test_the_same_link_is_sent_in_every_letter(ada, ticket):
    first = await cast.token_of(ticket, ada.actor)

    second = await cast.token_of(ticket, ada.actor)

    assert first == second
    assert len(first) == len("dwt_") + 43
    assert await TicketToken.filter(workspace_id=ada.actor.workspace_id).count() == 1


async def test_two_tickets_of_a_customer_have_two_links(desk, ada, ticket):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another")

    links = {await cast.token_of(each, ada.actor) for each in (ticket, other)}

    assert len(links) == 2


@pytest.mark.parametrize("token", ["", "dwt_", "dwt_" + "A" * 43, "\0", "' OR ''='"])
async def test_what_is_no_token_is_not_let_in(ticket, token):
    with pytest.raises(Unauthenticated):
        await tokens.authenticate(token)


async def test_neither_hash_nor_nonce_is_a_token(ada, ticket):
    token = await cast.token_of(ticket, ada.actor)
    row = await TicketToken.get(workspace_id=ada.actor.workspace_id, secret_hash=hashed(token))

    for guess in (row.secret_hash, row.nonce, f"dwt_{row.nonce}"):
        with pytest.raises(Unauthenticated):
            await tokens.authenticate(guess)


async def test_a_revoked_token_is_not_let_in_and_the_next_letter_has_another(ada, ticket):
    token = await cast.token_of(ticket, ada.actor)
    carl = await tokens.authenticate(token)
    await TicketToken.filter(workspace_id=ada.actor.workspace_id).update(revoked_at=now())

    for knock in (tokens.authenticate(token), tokens.renewed(carl)):
        with pytest.raises(Unauthenticated):
            await knock

    assert await cast.token_of(ticket, ada.actor) != token


async def test_a_token_ends_after_a_year_and_not_before(ada, ticket, clock):
    token = await cast.token_of(ticket, ada.actor)
    clock.move(days=364)
    carl = await tokens.authenticate(token)

    clock.move(days=1)

    for knock in (tokens.authenticate(token), tokens.renewed(carl)):
        with pytest.raises(Unauthenticated):
            await knock


@pytest.mark.parametrize("values", [{"is_internal": True}, {"contact_id": None}])
async def test_a_token_leads_nowhere_when_the_ticket_is_not_its_customers_any_more(ada, ticket, values):
    token = await cast.token_of(ticket, ada.actor)
    carl = await tokens.authenticate(token)
    await tickets.update(ada.actor, ticket.id, values)

    for knock in (tokens.authenticate(token), tokens.renewed(carl)):
        with pytest.raises(Unauthenticated):
            await knock


async def test_a_token_does_not_open_the_ticket_to_the_one_who_had_it_before(ada, ticket):
    token = await cast.token_of(ticket, ada.actor)
    other = await Contact.create(
        workspace_id=ada.actor.workspace_id, name="Dora", email="dora@example.org", created_at=now()
    )

    await tickets.update(ada.actor, ticket.id, {"contact_id": other.id})

    with pytest.raises(Unauthenticated):
        await tokens.authenticate(token)


async def test_opening_a_link_proves_the_address_once(desk, ada, ticket, clock):
    token = await cast.token_of(ticket, ada.actor)
    before = (await access.contacts(ada.actor).get(id=desk.carl.id)).proved_at
    await tokens.authenticate(token)
    first = (await access.contacts(ada.actor).get(id=desk.carl.id)).proved_at

    clock.move(hours=1)
    await tokens.authenticate(token)

    assert before is None
    assert first is not None
    assert (await access.contacts(ada.actor).get(id=desk.carl.id)).proved_at == first
    assert now() - first > timedelta(minutes=59)


@pytest.mark.parametrize("purpose", ["tracking", "reply", "survey"])
async def test_each_token_is_good_for_its_purpose_alone(desk, ada, ticket, purpose):
    make = {
        "tracking": tokens.tracking_token,
        "reply": tokens.reply_token,
        "survey": tokens.survey_token,
    }
    knocks = {
        "tracking": (tokens.authenticate, tokens.recognize),
        "reply": (tokens.authenticate_reply,),
        "survey": (tokens.authenticate_survey, tokens.recognize_survey),
    }
    token = await make[purpose](ada.actor, ticket.id, desk.carl.id)

    for knock in knocks.pop(purpose):
        assert (await knock(token)).ticket_id == ticket.id
    for knock in (each for others in knocks.values() for each in others):
        with pytest.raises(Unauthenticated):
            await knock(token)


async def test_by_a_surveys_link_a_customer_may_rate_and_nothing_else(desk, ada, ticket):
    token = await tokens.survey_token(ada.actor, ticket.id, desk.carl.id)

    carl = await tokens.authenticate_survey(token)

    assert carl.permissions == (await tokens.renewed(carl)).permissions == {Permission.CUSTOMER_RATE}
    with pytest.raises(Forbidden):
        await comments.customer_reply(carl, "Hello.", Channel.PORTAL)


async def test_the_same_survey_is_sent_in_every_letter_and_ends_when_it_is_revoked(desk, ada, ticket):
    first, second = [await tokens.survey_token(ada.actor, ticket.id, desk.carl.id) for _ in range(2)]
    await TicketToken.filter(workspace_id=ada.actor.workspace_id).update(revoked_at=now())

    assert first == second
    with pytest.raises(Unauthenticated):
        await tokens.recognize_survey(first)


async def test_a_surveys_link_proves_the_address_when_it_is_looked_at_and_not_before(desk, ada, ticket):
    token = await tokens.survey_token(ada.actor, ticket.id, desk.carl.id)

    await tokens.recognize_survey(token)
    before = (await access.contacts(ada.actor).get(id=desk.carl.id)).proved_at
    await tokens.authenticate_survey(token)

    assert before is None
    assert (await access.contacts(ada.actor).get(id=desk.carl.id)).proved_at is not None
