"""Being told of what happens, and resuming after a cut."""

import cast

from models.clock import now
from models.contacts import Contact
from resolvers import comments
from schema.nodes import id_of

COMMENTS = """
subscription ($ticketId: ID, $after: EventCursor) {
  commentAdded(ticketId: $ticketId, after: $after) { type eventCursor comment { body } ticket { status } }
}"""


async def test_a_reply_appears_on_an_open_subscription(web, ada, grace, ticket):
    async with web.socket(grace.key) as socket:
        watching = await socket.subscribe(COMMENTS, ticketId=id_of(ticket))
        await web.joined(1)

        await comments.reply(ada.actor, ticket.id, "We are on our way.")

        told = (await socket.next(watching))["data"]["commentAdded"]
    assert told["comment"] == {"body": "We are on our way."}
    assert told["ticket"] == {"status": "IN_PROGRESS"}


async def test_eve_is_not_told_that_a_foreign_ticket_exists(web, eve, ticket):
    async with web.socket(eve.key) as socket:
        watching = await socket.subscribe(COMMENTS, ticketId=id_of(ticket))

        refused = await socket.next(watching)

    assert refused[0]["extensions"]["code"] == "NOT_FOUND"


async def test_eve_hears_only_of_her_own_workspace(web, desk, ada, eve, ticket):
    own = await cast.ticket_of(await _contact_of(desk), eve.actor)
    async with web.socket(eve.key) as socket:
        watching = await socket.subscribe(COMMENTS)
        await web.joined(1)

        await comments.reply(ada.actor, ticket.id, "Not for Eve.")
        await comments.reply(eve.actor, own.id, "For Eve.")

        told = (await socket.next(watching))["data"]["commentAdded"]
    assert told["comment"] == {"body": "For Eve."}


async def test_a_cut_subscriber_gets_what_it_missed_once_and_in_order(web, ada, grace, ticket):
    cursor, told = await web.cursor(grace.key), []
    for number in range(0, 15, 3):
        for nth in range(3):
            await comments.reply(ada.actor, ticket.id, f"{number + nth}")
        async with web.socket(grace.key) as socket:
            watching = await socket.subscribe(COMMENTS, ticketId=id_of(ticket), after=cursor)
            for _ in range(3):
                message = (await socket.next(watching))["data"]["commentAdded"]
                told.append(message["comment"]["body"])
                cursor = message["eventCursor"]

    assert told == [str(number) for number in range(15)]


async def _contact_of(desk: cast.Desk) -> Contact:
    return await Contact.create(
        workspace_id=desk.globex.id, name="Dora", email="dora@example.org", created_at=now()
    )
