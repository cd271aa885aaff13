"""What a customer can do by the token of their ticket, and what never reaches them."""

import base64
import json

import cast
import pytest
import schema_walk
import websockets
from running_web import GraphSocket, RunningWeb

from models.ticket_enums import Status
from models.tokens import TicketToken
from resolvers import access, comments, tickets, tokens
from schema.cursors import event_cursor
from schema.nodes import id_of

PUBLIC = "/public/graphql"
TICKET = """
{ ticket { id reference title status timeline { nodes {
  ... on Comment { body isFromCustomer authorName } ... on StatusChange { before after } } } } }"""
REPLY = """
mutation ($input: TicketReplyInput!) { ticketReply(input: $input) {
  clientMutationId eventCursor errors { code path } comment { body isFromCustomer authorName } } }"""
ADDED = """
subscription ($after: EventCursor) { commentAdded(after: $after) {
  type eventCursor clientMutationId comment { body isFromCustomer authorName } } }"""
MEMBERS = "subscription ($after: EventCursor) { commentAdded(after: $after) { type eventCursor } }"
CANARY = "note-canary-5519"
SAID = {"body": "Hello", "name": "photo.png", "bytes": 4, "score": 5}
"""What a customer says where a mutation requires it."""


@pytest.fixture
async def token(ada: cast.Somebody, ticket) -> str:
    """What opens Carl's ticket to him."""
    return await cast.token_of(ticket, ada.actor)


async def test_a_customer_sees_their_own_ticket(web, desk, ada, ticket, token):
    await cast.ticket_of(desk.carl, ada.actor, "Another of Carl's")
    await comments.reply(ada.actor, ticket.id, "On our way.")

    seen = (await web.run(TICKET, token, path=PUBLIC))["ticket"]

    assert (seen["id"], seen["reference"]) == (id_of(ticket), "TKT-0001")
    assert (seen["title"], seen["status"]) == (ticket.title, "IN_PROGRESS")
    assert seen["timeline"]["nodes"] == [
        {"before": None, "after": "OPEN"},
        {"body": "On our way.", "isFromCustomer": False, "authorName": "Ada"},
    ]


async def test_a_customer_answers_and_the_ticket_wakes(web, ada, ticket, token):
    await tickets.update(ada.actor, ticket.id, {"status": Status.RESOLVED})
    said = {"body": "It burns again.", "clientMutationId": "m1"}

    payload = (await web.run(REPLY, token, path=PUBLIC, input=said))["ticketReply"]

    carls = {"body": "It burns again.", "isFromCustomer": True, "authorName": "Carl Customer"}
    assert (payload["comment"], payload["errors"], payload["clientMutationId"]) == (carls, [], "m1")
    assert payload["eventCursor"] == await web.cursor(token, path=PUBLIC)
    assert (await access.tickets(ada.actor).get(id=ticket.id)).status is Status.OPEN


@pytest.mark.parametrize("body", ["", " \n ", "x" * 100_001])
async def test_an_answer_that_says_nothing_or_too_much_is_refused(web, ada, token, body):
    payload = (await web.run(REPLY, token, path=PUBLIC, input={"body": body}))["ticketReply"]

    assert payload["errors"] == [{"code": "BAD_USER_INPUT", "path": ["input", "body"]}]
    assert (payload["comment"], await access.comments(ada.actor).count()) == (None, 0)


async def test_a_reply_appears_to_the_customer_and_a_note_does_not(web, ada, ticket, token):
    async with web.socket(token, path=PUBLIC) as socket:
        watching = await socket.subscribe(ADDED)
        await web.joined(1)

        await comments.note(ada.actor, ticket.id, CANARY)
        await comments.reply(ada.actor, ticket.id, "On our way.")

        told = (await socket.next(watching))["data"]["commentAdded"]
    assert told["comment"] == {"body": "On our way.", "isFromCustomer": False, "authorName": "Ada"}


async def test_a_customer_hears_nothing_of_another_ticket(web, desk, ada, ticket, token):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another of Carl's")
    async with web.socket(token, path=PUBLIC) as socket:
        watching = await socket.subscribe(ADDED)
        await web.joined(1)

        await comments.reply(ada.actor, other.id, "On the other ticket.")
        await comments.reply(ada.actor, ticket.id, "On this ticket.")

        told = (await socket.next(watching))["data"]["commentAdded"]
    assert told["comment"]["body"] == "On this ticket."


async def test_two_tokens_open_two_tickets(web, desk, ada, ticket, token):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another of Carl's")

    seen = await web.run(TICKET, await cast.token_of(other, ada.actor), path=PUBLIC)

    assert seen["ticket"]["title"] == "Another of Carl's"


@pytest.mark.parametrize("how", ["revoked", "expired", "made up"])
async def test_a_token_that_has_ended_opens_neither_door(web, ada, ticket, token, clock, how):
    ended = token if how != "made up" else "dwt_" + "x" * 43
    if how == "revoked":
        rows = TicketToken.filter(workspace_id=ticket.workspace_id, ticket_id=ticket.id)
        await rows.update(revoked_at=ticket.created_at)
    if how == "expired":
        clock.move(days=366)

    answer = await web.post(TICKET, ended, path=PUBLIC)

    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    with pytest.raises(websockets.ConnectionClosed) as closed:
        async with web.socket(ended, path=PUBLIC):
            pass
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


async def test_the_customers_cursor_tells_no_volume_and_the_members_does_not_fit(web, ada, ticket, token):
    members, customers = await web.cursor(ada.key), await web.cursor(token, path=PUBLIC)
    carl = await tokens.authenticate(token)
    near = [event_cursor(carl, seq) for seq in range(1, 200)]

    assert len({len(cursor) for cursor in near}) == 1, "its length grows with nothing"
    assert near != sorted(near), "its order tells nothing"
    assert base64.urlsafe_b64decode(members + "==") == b"e1:1"
    assert not any(str(seq).encode() == base64.urlsafe_b64decode(c + "==") for seq, c in enumerate(near, 1))
    for path, key, query, foreign in (
        (PUBLIC, token, ADDED, members),
        ("/graphql", ada.key, MEMBERS, customers),
    ):
        async with web.socket(key, path=path) as socket:
            refused = await socket.next(await socket.subscribe(query, after=foreign))
        assert refused[0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_cursor_of_another_workspaces_customer_does_not_fit(web, desk, eve, token):
    theirs = await cast.ticket_of(await cast.dora(desk), eve.actor)
    foreign = await web.cursor(await cast.token_of(theirs, eve.actor), path=PUBLIC)

    async with web.socket(token, path=PUBLIC) as socket:
        refused = await socket.next(await socket.subscribe(ADDED, after=foreign))

    assert refused[0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("query", ["{ __schema { types { name } } }", '{ __type(name: "Ticket") { name } }'])
async def test_the_customers_schema_does_not_describe_itself(web, ada, token, query):
    refused = await web.post(query, token, path=PUBLIC)
    told = await web.post(query, ada.key)

    assert refused["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "data" not in refused and told["data"]


async def test_the_customers_schema_suggests_nothing(web, ada, token):
    customers = await web.post("{ ticket { referenc } }", token, path=PUBLIC)
    members = await web.post("{ tickets { nodes { referenc } } }", ada.key)

    assert "Did you mean" not in str(customers) and "referenc" in str(customers)
    assert "Did you mean" in str(members)


async def test_what_members_programs_write_beside_a_reply_is_not_for_customers(web, ada, ticket, token):
    mutation = """mutation ($id: ID!) { ticketReply(input: {ticketId: $id, body: "Hello.",
                  clientMutationId: "ada-by-script"}) { errors { code } } }"""
    before = await web.cursor(token, path=PUBLIC)
    await web.run(mutation, ada.key, id=id_of(ticket))
    await web.run(REPLY, token, path=PUBLIC, input={"body": "Hello back.", "clientMutationId": "carls"})

    async with web.socket(token, path=PUBLIC) as socket:
        watching = await socket.subscribe(ADDED, after=before)
        told = [(await socket.next(watching))["data"]["commentAdded"] for _ in range(2)]

    assert [each["clientMutationId"] for each in told] == [None, "carls"]


async def test_no_byte_of_a_note_reaches_a_customer(web, ada, ticket, token):
    before = await web.cursor(token, path=PUBLIC)
    for nth, status in enumerate((Status.WAITING, Status.RESOLVED, Status.OPEN)):
        await comments.note(ada.actor, ticket.id, f"{CANARY} {nth}")
        await comments.reply(ada.actor, ticket.id, f"Reply {nth}", status=status)
        await web.run(_note(ticket), ada.key)
    last = f"Reply {nth}"

    heard = await _everything_over_http(web, token)
    async with web.socket(token, path=PUBLIC) as socket:
        for name in schema_walk.PUBLIC.subscription_type.fields:
            heard += await _everything_over_the_socket(socket, name, before, last)

    assert CANARY not in heard and "NOTED" not in heard
    assert heard.count(last) >= 2, "the replies did reach them"


async def _everything_over_http(web: RunningWeb, token: str) -> str:
    """Ask for all that the schema has, say something, and return all that was answered."""
    heard = ""
    for on in ("Query", "Mutation"):
        for name in schema_walk.PUBLIC.type_map[on].fields:
            query, values = schema_walk.document(
                schema_walk.PUBLIC, on, name, lambda *path: SAID.get(path[-1]), depth=6
            )
            heard += json.dumps(await web.run(query, token, path=PUBLIC, **values))
    return heard


async def _everything_over_the_socket(socket: GraphSocket, name: str, after: str, last: str) -> str:
    query, values = schema_walk.document(
        schema_walk.PUBLIC, "Subscription", name, lambda *path: after if path == ("after",) else None, depth=6
    )
    watching, heard = await socket.subscribe(query, **values), ""
    while last not in heard:
        payload = await socket.next(watching)
        assert "errors" not in payload
        heard += json.dumps(payload)
    return heard


def _note(ticket) -> str:
    return f"""mutation {{ ticketAddNote(input: {{ticketId: "{id_of(ticket)}", body: "{CANARY}",
               clientMutationId: "{CANARY}"}}) {{ errors {{ code }} }} }}"""
