"""Finding, creating and editing tickets over the API."""

import pytest

from resolvers import access, tickets
from schema.ids import global_id
from schema.nodes import id_of

BY_REFERENCE = "query ($text: String!) { ticketByReference(reference: $text) { title } }"
NODE = "query ($id: ID!) { node(id: $id) { id __typename ... on Ticket { title } } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
CREATE = """
mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) {
  clientMutationId eventCursor errors { __typename code path message }
  ticket { id reference title description status priority type channel version isInternal isPublic
           contact { id name email } assignee { id } }
} }"""
UPDATE = """
mutation ($input: TicketUpdateInput!) { ticketUpdate(input: $input) {
  eventCursor ticket { title description priority status version isInternal assignee { id } contact { id } }
  errors { __typename code path message ... on StaleObjectError { ticket { title version } } }
} }"""


@pytest.mark.parametrize("text", ["TKT-0001", "tkt-1", "1", " TKT-1 ", "0001"])
async def test_a_reference_is_found_however_people_write_it(web, ada, ticket, text):
    data = await web.run(BY_REFERENCE, ada.key, text=text)

    assert data["ticketByReference"] == {"title": ticket.title}


@pytest.mark.parametrize(
    "text",
    ["TKT-0002", "", "TKT-", "-1", "1.0", "\N{ARABIC-INDIC DIGIT ONE}", "9" * 30, "TKT-1; DROP TABLE ticket"],
)
async def test_what_is_no_reference_of_ours_finds_nothing(web, ada, ticket, text):
    data = await web.run(BY_REFERENCE, ada.key, text=text)

    assert data["ticketByReference"] is None


async def test_eve_finds_nothing_by_a_reference_of_another_workspace(web, eve, ticket):
    data = await web.run(BY_REFERENCE, eve.key, text=ticket.reference)

    assert data["ticketByReference"] is None


async def test_a_node_is_what_its_id_says(web, ada, ticket):
    data = await web.run(NODE, ada.key, id=id_of(ticket))

    assert data["node"] == {"id": id_of(ticket), "__typename": "Ticket", "title": ticket.title}


async def test_nodes_come_in_the_order_of_their_ids_with_null_where_there_is_none(web, ada, ticket):
    ids = [id_of(ada.member), global_id("Ticket", 10**9), id_of(ticket), id_of(ada.member)]

    answer = await web.post(NODES, ada.key, ids=ids)

    assert answer["data"]["nodes"] == [{"id": ids[0]}, None, {"id": ids[2]}, {"id": ids[3]}]
    assert "errors" not in answer


@pytest.mark.parametrize("id_", ["", "1", "Ticket:1", "VGlja2V0Og==", "VGlja2V0Oi0x", "VGlja2V0OjAx"])
async def test_what_was_never_an_id_is_the_callers_mistake(web, ada, ticket, id_):
    answer = await web.post(NODE, ada.key, id=id_)

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_an_id_of_another_kind_is_refused_with_its_path(web, ada, ticket):
    data = await web.run(UPDATE, ada.key, input={"ticketId": id_of(ada.member), "title": "Another"})

    [error] = data["ticketUpdate"]["errors"]
    assert (error["code"], error["path"]) == ("BAD_USER_INPUT", ["input", "ticketId"])


async def test_a_new_ticket_is_answered_whole(web, ada, desk):
    values = {
        "title": "The printer\nis on fire",
        "description": "It burns.",
        "priority": "HIGH",
        "type": "BUG_REPORT",
        "channel": "CHAT",
        "contact": {"id": id_of(desk.carl)},
        "assigneeId": id_of(ada.member),
        "clientMutationId": "echo-1",
    }

    payload = (await web.run(CREATE, ada.key, input=values))["ticketCreate"]

    assert (payload["errors"], payload["clientMutationId"]) == ([], "echo-1")
    assert payload["eventCursor"] == await web.cursor(ada.key)
    assert payload["ticket"] == {
        "id": payload["ticket"]["id"],
        "reference": "TKT-0001",
        "title": "The printer is on fire",
        "description": "It burns.",
        "status": "OPEN",
        "priority": "HIGH",
        "type": "BUG_REPORT",
        "channel": "CHAT",
        "version": 1,
        "isInternal": False,
        "isPublic": True,
        "contact": {"id": id_of(desk.carl), "name": "Carl Customer", "email": "carl@example.org"},
        "assignee": {"id": id_of(ada.member)},
    }


async def test_a_key_creates_by_the_channel_api_and_everything_else_has_its_default(web, ada):
    ticket = (await web.run(CREATE, ada.key, input={"title": "Help"}))["ticketCreate"]["ticket"]

    assert (ticket["channel"], ticket["priority"], ticket["type"]) == ("API", "MEDIUM", "SUPPORT_TICKET")
    assert (ticket["isPublic"], ticket["contact"], ticket["description"]) == (False, None, "")


async def test_an_address_that_writes_twice_becomes_one_contact(web, ada, desk):
    first = {"byAddress": {"email": "Dora@Example.org", "name": "Dora"}}
    again = {"byAddress": {"email": "dora@example.org", "name": "Somebody else"}}

    made = [
        (await web.run(CREATE, ada.key, input={"title": "Help", "contact": contact}))["ticketCreate"][
            "ticket"
        ]
        for contact in (first, again)
    ]

    assert made[0]["contact"] == made[1]["contact"]
    assert (made[0]["contact"]["name"], made[0]["contact"]["email"]) == ("Dora", "dora@example.org")
    assert await access.contacts(ada.actor).count() == 2  # with Carl


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"title": ""}, "BAD_USER_INPUT", ["input", "title"]),
        ({"title": "x" * 201}, "BAD_USER_INPUT", ["input", "title"]),
        ({"title": "x", "description": "x" * 100_001}, "BAD_USER_INPUT", ["input", "description"]),
        ({"title": "x", "contact": {"id": global_id("Contact", 10**9)}}, "NOT_FOUND", []),
        ({"title": "x", "contact": {"id": "nonsense"}}, "BAD_USER_INPUT", ["input", "contact", "id"]),
        ({"title": "x", "assigneeId": global_id("Member", 10**9)}, "NOT_FOUND", []),
        ({"title": "x", "assigneeId": "vic"}, "BAD_USER_INPUT", ["input", "assigneeId"]),
        ({"title": "x", "clientMutationId": "x" * 65}, "BAD_USER_INPUT", ["input", "clientMutationId"]),
        ({"title": "x", "idempotencyKey": ""}, "BAD_USER_INPUT", ["input", "idempotencyKey"]),
    ],
    ids=str,
)
async def test_a_refusal_says_why_and_where_and_leaves_nothing(web, ada, vic, values, code, path):
    if values.get("assigneeId") == "vic":
        values = {**values, "assigneeId": id_of(vic.member)}

    payload = (await web.run(CREATE, ada.key, input=values))["ticketCreate"]

    [error] = payload["errors"]
    assert (error["code"], error["path"], error["__typename"]) == (code, path, "MutationError")
    assert error["message"].endswith(".")
    assert (payload["ticket"], payload["eventCursor"]) == (None, None)
    assert await access.tickets(ada.actor).count() == 0


@pytest.mark.parametrize(
    "contact", [{}, {"id": None}, {"id": "a", "byAddress": {"email": "a@x.example"}}], ids=str
)
async def test_a_contact_is_named_in_exactly_one_way(web, ada, contact):
    answer = await web.post(CREATE, ada.key, input={"title": "Help", "contact": contact})

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert not answer.get("data")


async def test_the_same_key_creates_once_and_has_the_same_answer(web, ada):
    values = {"title": "Help", "idempotencyKey": "k1"}
    first = await web.run(CREATE, ada.key, input=values)

    second = await web.run(CREATE, ada.key, input=values)
    other = await web.run(CREATE, ada.key, input={**values, "title": "Another"})

    assert first == second
    assert [error["code"] for error in other["ticketCreate"]["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await access.tickets(ada.actor).count() == 1


async def test_what_is_left_out_of_an_edit_stays_and_null_clears(web, ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"assignee_id": ada.member.id, "description": "It burns."})

    kept = await web.run(UPDATE, ada.key, input={"ticketId": id_of(ticket), "priority": "URGENT"})
    cleared = await web.run(
        UPDATE, ada.key, input={"ticketId": id_of(ticket), "assigneeId": None, "contactId": None}
    )

    first, second = kept["ticketUpdate"]["ticket"], cleared["ticketUpdate"]["ticket"]
    assert (first["priority"], first["description"]) == ("URGENT", "It burns.")
    assert (first["assignee"], first["contact"]) != (None, None)
    assert (second["assignee"], second["contact"], second["priority"]) == (None, None, "URGENT")


async def test_an_edit_of_a_version_that_is_gone_is_refused_and_shows_the_ticket_as_it_is(web, ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"title": "By Grace"})
    values = {"ticketId": id_of(ticket), "title": "By Ada", "expectedVersion": 1}

    payload = (await web.run(UPDATE, ada.key, input=values))["ticketUpdate"]

    [error] = payload["errors"]
    assert (error["__typename"], error["code"]) == ("StaleObjectError", "STALE_OBJECT")
    assert error["ticket"] == {"title": "By Grace", "version": 2}
    assert payload["ticket"] is None


async def test_an_edit_of_the_version_that_is_there_goes_through(web, ada, ticket):
    values = {"ticketId": id_of(ticket), "title": "By Ada", "expectedVersion": 1}

    payload = (await web.run(UPDATE, ada.key, input=values))["ticketUpdate"]

    assert (payload["errors"], payload["ticket"]["version"]) == ([], 2)


async def test_a_move_that_makes_no_sense_is_a_conflict(web, ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"status": "CLOSED"})  # type: ignore[typeddict-item]

    payload = (await web.run(UPDATE, ada.key, input={"ticketId": id_of(ticket), "status": "WAITING"}))[
        "ticketUpdate"
    ]

    assert [error["code"] for error in payload["errors"]] == ["CONFLICT"]


async def test_an_edit_that_changes_nothing_is_no_event(web, ada, ticket):
    before = await web.cursor(ada.key)

    payload = (await web.run(UPDATE, ada.key, input={"ticketId": id_of(ticket), "title": ticket.title}))[
        "ticketUpdate"
    ]

    assert (payload["errors"], payload["eventCursor"], payload["ticket"]["version"]) == ([], before, 1)


async def test_eve_cannot_edit_a_ticket_of_another_workspace(web, eve, ticket):
    payload = (await web.run(UPDATE, eve.key, input={"ticketId": id_of(ticket), "title": "Mine"}))[
        "ticketUpdate"
    ]

    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]
