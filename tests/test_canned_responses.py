"""Canned responses: their settings, their variables, and filling them in."""

import pytest

from models.audit import AuditRow
from models.canned_responses import DEFAULTS, VARIABLES, checked_canned_body, filled
from models.contacts import Contact
from models.errors import Invalid
from resolvers import canned_responses, tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket
from schema.nodes import id_of

LIST = """query ($word: String) { cannedResponses(query: $word) { nodes { name body } totalCount } }"""
CREATE = """mutation ($input: CannedResponseCreateInput!) { cannedResponseCreate(input: $input) {
  cannedResponse { id name body updatedBy { name } } errors { code path message } } }"""
UPDATE = """mutation ($input: CannedResponseUpdateInput!) { cannedResponseUpdate(input: $input) {
  cannedResponse { name body updatedBy { name } } errors { code path message } } }"""
DELETE = """mutation ($input: CannedResponseDeleteInput!) { cannedResponseDelete(input: $input) {
  deletedCannedResponseId errors { code } } }"""
FILLED = "query ($id: ID!, $on: ID!) { cannedResponseFilled(cannedResponseId: $id, ticketId: $on) }"
REPLY = """mutation ($input: TicketReplyInput!) { ticketReply(input: $input) { comment { body } } }"""
VALUES = {"customer_name": "Carl", "agent_name": "Ada", "ticket_id": "TKT-0001"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Hello {{customer_name}}!", "Hello Carl!"),
        ("{{ customer_name }}, {{ticket_id}}", "Carl, TKT-0001"),
        ("Hello {{customer_name|there}}", "Hello Carl"),
        ("{{customer_email}}", ""),
        ("{{customer_email|no address}}", "no address"),
        ("{{customer_email| spaced out }}", "spaced out"),
        ("{{customer_email|}}", ""),
        ("{{agent_name}}{{agent_name}}", "AdaAda"),
        ("{customer_name} {{}", "{customer_name} {{}"),
        ("{{{agent_name}}}", "{Ada}"),
    ],
)
def test_variables_are_filled_in(body, said):
    assert filled(body, VALUES) == said


@pytest.mark.parametrize("name", ["{{agent_name}}", "{{customer_name}}", "{{", "}}", r"\1 \g<0>", "|"])
def test_what_is_filled_in_is_never_filled_again(name):
    assert filled("{{customer_name}}|{{agent_name}}", VALUES | {"customer_name": name}) == f"{name}|Ada"


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_may_stand_in_a_text(name):
    body = f"a {{{{{name}}}}} and {{{{ {name} | b }}}}"

    assert checked_canned_body(body) == body


@pytest.mark.parametrize(
    "body",
    ["{{password}}", "{{Agent_Name}}", "{{}}", "{{agent_name }} {{x|agent_name}}", "{{agent_name.x}}"],
)
def test_an_unknown_variable_is_refused_by_its_name(body):
    with pytest.raises(Invalid, match="There is no variable called"):
        checked_canned_body(body)


@pytest.mark.parametrize("body", ["{{agent_name", "{{customer_name|{{agent_name}}}}", "{{agent_name|{x}}}"])
def test_a_variable_that_is_not_closed_is_refused(body):
    with pytest.raises(Invalid, match="Write a variable as"):
        checked_canned_body(body)


def test_the_defaults_may_be_saved():
    assert [checked_canned_body(body) for _, body in DEFAULTS] == [body for _, body in DEFAULTS]


async def test_a_new_workspace_has_two(web, vic):
    listed = (await web.run(LIST, vic.key))["cannedResponses"]

    assert [(node["name"], node["body"]) for node in listed["nodes"]] == list(DEFAULTS)
    assert listed["totalCount"] == 2


async def test_an_admin_keeps_changes_and_deletes_one_and_the_audit_log_knows(web, olga):
    made = await web.run(CREATE, olga.key, input={"name": "Hi", "body": "Hi {{customer_name}}"})
    id_ = made["cannedResponseCreate"]["cannedResponse"]["id"]

    changed = await web.run(UPDATE, olga.key, input={"cannedResponseId": id_, "body": "Hello", "name": None})
    await web.run(UPDATE, olga.key, input={"cannedResponseId": id_, "body": "Hello"})
    gone = await web.run(DELETE, olga.key, input={"cannedResponseId": id_})

    row = changed["cannedResponseUpdate"]["cannedResponse"]
    assert row == {"name": "Hi", "body": "Hello", "updatedBy": {"name": "Olga"}}
    assert gone["cannedResponseDelete"] == {"deletedCannedResponseId": id_, "errors": []}
    assert (await web.run(LIST, olga.key, word="hi"))["cannedResponses"]["nodes"] == []
    rows = await AuditRow.filter(workspace_id=olga.actor.workspace_id).order_by("seq")
    assert [row.action for row in rows if row.subject.startswith("CANNED_RESPONSE")] == [
        "SETTING_CREATED",
        "SETTING_CHANGED",
        "SETTING_DELETED",
    ]


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"name": "solved", "body": "x"}, "CONFLICT", ["input", "name"]),
        ({"name": "", "body": "x"}, "BAD_USER_INPUT", ["input", "name"]),
        ({"name": "x" * 81, "body": "x"}, "BAD_USER_INPUT", ["input", "name"]),
        ({"name": "x", "body": " "}, "BAD_USER_INPUT", ["input", "body"]),
        ({"name": "x", "body": "x" * 20_001}, "BAD_USER_INPUT", ["input", "body"]),
        ({"name": "x", "body": "{{secret}}"}, "BAD_USER_INPUT", ["input", "body"]),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_cannot_be_saved_is_refused_with_its_path(web, olga, values, code, path):
    other = (await web.run(CREATE, olga.key, input={"name": "Other", "body": "x"}))["cannedResponseCreate"]
    edit = {"cannedResponseId": other["cannedResponse"]["id"], **values}

    made = (await web.run(CREATE, olga.key, input=values))["cannedResponseCreate"]
    changed = (await web.run(UPDATE, olga.key, input=edit))["cannedResponseUpdate"]

    for payload in (made, changed):
        assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, path)]
    assert (await web.run(LIST, olga.key))["cannedResponses"]["totalCount"] == 3


async def test_it_is_filled_with_what_the_ticket_and_the_member_say(web, ada, olga, ticket):
    body = " ".join(f"{{{{{name}}}}}" for name in VARIABLES)
    row = await canned_responses.create(olga.actor, "All", body)

    data = await web.run(FILLED, ada.key, id=id_of(row), on=id_of(ticket))

    assert data["cannedResponseFilled"] == (
        "Carl Customer carl@example.org TKT-0001 The printer is on fire Ada Acme"
    )


async def test_without_a_customer_the_fallback_stands(web, ada, olga):
    row = await canned_responses.create(olga.actor, "Hi", "Hello {{customer_name|there}}{{customer_email}}!")
    ticket = await tickets.create(ada.actor, NewTicket("Help"))

    data = await web.run(FILLED, ada.key, id=id_of(row), on=id_of(ticket))

    assert data["cannedResponseFilled"] == "Hello there!"


async def test_a_customer_called_like_a_variable_stays_so_when_filled_and_when_sent(web, ada, olga, desk):
    row = await canned_responses.create(olga.actor, "Hi", "Hello {{customer_name}}")
    await Contact.filter(workspace_id=desk.acme.id, id=desk.carl.id).update(name="{{agent_name}}")
    ticket = await tickets.create(ada.actor, NewTicket("Help", contact=ContactRef(id=desk.carl.id)))

    text = (await web.run(FILLED, ada.key, id=id_of(row), on=id_of(ticket)))["cannedResponseFilled"]
    sent = await web.run(REPLY, ada.key, input={"ticketId": id_of(ticket), "body": text})

    assert text == "Hello {{agent_name}}"
    assert sent["ticketReply"]["comment"]["body"] == text


async def test_who_may_not_reply_fills_nothing_in(web, vic, olga, ticket):
    row = await canned_responses.create(olga.actor, "Hi", "Hello")

    answer = await web.post(FILLED, vic.key, id=id_of(row), on=id_of(ticket))

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_eve_sees_fills_and_changes_none_of_ours(web, ada, olga, eve, ticket):
    ours = await canned_responses.create(olga.actor, "Ours", "Hello {{customer_name}}")
    theirs = await canned_responses.create(eve.actor, "Theirs", "Hello {{customer_name}}")

    listed = (await web.run(LIST, eve.key))["cannedResponses"]["nodes"]
    with_ours = await web.run(FILLED, eve.key, id=id_of(ours), on=id_of(ticket))
    with_theirs = await web.run(FILLED, eve.key, id=id_of(theirs), on=id_of(ticket))
    on_theirs = await web.run(
        FILLED, ada.key, id=id_of(ours), on=id_of(await tickets.create(eve.actor, NewTicket("Theirs")))
    )
    changed = await web.run(UPDATE, eve.key, input={"cannedResponseId": id_of(ours), "body": "Mine"})
    gone = await web.run(DELETE, eve.key, input={"cannedResponseId": id_of(ours)})

    assert "Ours" not in [node["name"] for node in listed]
    assert [data["cannedResponseFilled"] for data in (with_ours, with_theirs, on_theirs)] == [None] * 3
    codes = [changed["cannedResponseUpdate"]["errors"], gone["cannedResponseDelete"]["errors"]]
    assert [[error["code"] for error in errors] for errors in codes] == [["NOT_FOUND"]] * 2
