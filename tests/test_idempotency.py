"""Idempotency keys: the same request has the same answer, however often and at whatever time it is sent."""

import asyncio

import pytest
from cast import Somebody

from models.actors import Actor, system
from models.errors import IdempotencyKeyReused, Invalid
from models.tickets import Ticket
from resolvers import access, comments, tickets
from resolvers.perform import Done, Intent, perform
from resolvers.tickets import NewTicket


async def create(actor: Actor, title: str = "Once", key: str | None = "k1") -> Done[Ticket]:
    """Create a ticket as a face does."""
    intent = Intent("ticketCreate", {"title": title}, key=key)
    return await perform(actor, intent, lambda: tickets.create(actor, NewTicket(title)))


async def titles(who: Somebody) -> list[str]:
    rows = await access.tickets(who.actor).order_by("id")
    return [row.title for row in rows]


async def test_ten_equal_requests_at_once_make_one_ticket_and_get_one_answer(ada):
    answers = await asyncio.gather(*(create(ada.actor) for _ in range(10)))

    assert await titles(ada) == ["Once"]
    assert {(done.row.id, done.row.reference, done.seq) for done in answers} == {
        (answers[0].row.id, "TKT-0001", 1)
    }


async def test_a_replay_tells_the_position_of_the_first_time(ada):
    first = await create(ada.actor)
    await create(ada.actor, "Meanwhile", key=None)

    again = await create(ada.actor)

    assert again.seq == first.seq == 1
    assert await access.head(ada.actor) == 2


async def test_a_replay_shows_the_row_as_it_is_now(ada):
    first = await create(ada.actor)
    await tickets.update(ada.actor, first.row.id, {"title": "Renamed"})

    again = await create(ada.actor)

    assert (again.row.id, again.row.title) == (first.row.id, "Renamed")


async def test_without_a_key_the_same_request_is_done_twice(ada):
    await create(ada.actor, key=None)

    await create(ada.actor, key=None)

    assert await titles(ada) == ["Once", "Once"]


async def test_a_key_with_another_input_is_refused(ada):
    await create(ada.actor)

    with pytest.raises(IdempotencyKeyReused) as refusal:
        await create(ada.actor, "Another")

    assert refusal.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert await titles(ada) == ["Once"]


async def test_a_key_with_another_operation_is_refused(ada):
    ticket = (await create(ada.actor)).row
    intent = Intent("ticketNote", {"title": "Once"}, key="k1")

    with pytest.raises(IdempotencyKeyReused):
        await perform(ada.actor, intent, lambda: comments.note(ada.actor, ticket.id, "Once"))


async def test_of_two_inputs_at_once_under_one_key_one_is_refused(ada):
    ends = await asyncio.gather(create(ada.actor, "This"), create(ada.actor, "That"), return_exceptions=True)

    assert sorted(type(end).__name__ for end in ends) == ["Done", "IdempotencyKeyReused"]
    assert len(await titles(ada)) == 1


async def test_a_refusal_does_not_use_the_key_up(ada):
    with pytest.raises(Invalid):
        await create(ada.actor, "   ")

    done = await create(ada.actor, "Better")

    assert await titles(ada) == ["Better"]
    assert (done.row.reference, done.seq) == ("TKT-0001", 1)


async def test_the_keys_of_two_principals_are_apart(ada, grace):
    await create(ada.actor, "Ada's")

    await create(grace.actor, "Grace's")

    assert await titles(ada) == ["Ada's", "Grace's"]


async def test_the_keys_of_two_workspaces_are_apart(ada, eve):
    here, there = system(ada.actor.workspace_id), system(eve.actor.workspace_id)
    await create(here, "Acme's")

    await create(there, "Globex's")

    assert here.principal == there.principal
    assert (await titles(ada), await titles(eve)) == (["Acme's"], ["Globex's"])


async def test_an_operation_that_changes_nothing_is_kept_too(ada, ticket):
    intent = Intent("ticketUpdate", {"title": ticket.title}, key="k1")
    update = lambda: tickets.update(ada.actor, ticket.id, {"title": ticket.title})  # noqa: E731

    first = await perform(ada.actor, intent, update)
    await create(ada.actor, "Meanwhile", key=None)
    again = await perform(ada.actor, intent, update)

    assert (first.row.version, first.seq) == (again.row.version, again.seq) == (1, 1)


@pytest.mark.parametrize("key", ["", "k" * 201, "k\0", "\ud800"])
async def test_a_key_that_cannot_be_kept_is_refused(ada, key):
    with pytest.raises(Invalid) as refusal:
        await create(ada.actor, key=key)

    assert refusal.value.path == ("input", "idempotencyKey")


@pytest.mark.parametrize("mutation_id", ["m" * 65, "m\0", "\ud800"])
async def test_a_client_mutation_id_that_cannot_be_kept_is_refused(ada, mutation_id):
    intent = Intent("ticketCreate", {"title": "No"}, client_mutation_id=mutation_id)

    with pytest.raises(Invalid) as refusal:
        await perform(ada.actor, intent, lambda: tickets.create(ada.actor, NewTicket("No")))

    assert refusal.value.path == ("input", "clientMutationId")


@pytest.mark.parametrize("key", ["k" * 200, "Schlüssel 🔑"])
async def test_a_key_may_be_any_line_of_text_up_to_200_characters(ada, key):
    first = await create(ada.actor, key=key)

    again = await create(ada.actor, key=key)

    assert again.row.id == first.row.id
