"""Customers: keeping them, finding them, and what follows when their address changes."""

import cast
import pytest
from statements import statements_of

from models.contacts import Contact
from models.errors import Unauthenticated
from models.letters import Letter
from models.mails import MailOut, MailState
from models.tokens import TicketToken
from resolvers import access, comments, contacts, tickets, tokens
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket
from schema.nodes import id_of

SHOWN = "name email company externalId notes erasedAt viewerCanUpdate viewerCanErase"
CREATE = f"""mutation ($input: ContactCreateInput!) {{ contactCreate(input: $input) {{
  contact {{ id {SHOWN} }} errors {{ code path }} }} }}"""
UPDATE = f"""mutation ($input: ContactUpdateInput!) {{ contactUpdate(input: $input) {{
  contact {{ {SHOWN} }} errors {{ code path }} }} }}"""
LIST = """
query ($word: String, $by: ContactOrder!, $first: Int, $after: String, $last: Int, $before: String) {
  contacts(query: $word, orderBy: $by, first: $first, after: $after, last: $last, before: $before) {
    nodes { name } totalCount pageInfo { hasNextPage startCursor endCursor } } }"""


def names(data) -> list[str]:
    return [node["name"] for node in data["contacts"]["nodes"]]


async def test_a_member_adds_a_customer_with_all_that_is_known(web, ada):
    values = {
        "name": " Dora  Doe ",
        "email": "Dora@Example.org",
        "company": "Acorn",
        "externalId": "crm-7",
        "notes": "Calls on Mondays.\n",
    }

    payload = (await web.run(CREATE, ada.key, input=values))["contactCreate"]

    assert payload["errors"] == []
    assert {name: payload["contact"][name] for name in values} == {
        "name": "Dora Doe",
        "email": "dora@example.org",
        "company": "Acorn",
        "externalId": "crm-7",
        "notes": "Calls on Mondays.",
    }
    assert (payload["contact"]["viewerCanUpdate"], payload["contact"]["viewerCanErase"]) == (True, False)


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({}, "BAD_USER_INPUT", ["input", "name"]),
        ({"name": "x" * 121}, "BAD_USER_INPUT", ["input", "name"]),
        ({"name": "x", "company": " "}, "BAD_USER_INPUT", ["input", "company"]),
        ({"name": "x", "externalId": "x" * 101}, "BAD_USER_INPUT", ["input", "externalId"]),
        ({"name": "x", "notes": "x" * 20_001}, "BAD_USER_INPUT", ["input", "notes"]),
        ({"name": "x", "email": "CARL@example.org"}, "CONFLICT", ["input", "email"]),
        ({"name": "x", "externalId": "crm-1"}, "CONFLICT", ["input", "externalId"]),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_what_cannot_be_kept_is_refused_with_its_path(web, ada, desk, values, code, path):
    await contacts.create(ada.actor, {"name": "Taken", "external_id": "crm-1"})
    other = await contacts.create(ada.actor, {"name": "Other"})

    tried = [(await web.run(CREATE, ada.key, input=values))["contactCreate"]]
    if values:
        edit = {"contactId": id_of(other), **values}
        tried.append((await web.run(UPDATE, ada.key, input=edit))["contactUpdate"])

    for payload in tried:
        assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, path)]
    assert await access.contacts(ada.actor).count() == 3


async def test_who_has_only_an_address_is_called_by_it(web, ada):
    payload = (await web.run(CREATE, ada.key, input={"email": "dora@example.org"}))["contactCreate"]

    assert payload["contact"]["name"] == "dora"


async def test_many_customers_may_lack_an_address_and_an_external_id(web, ada, desk):
    made = [await web.run(CREATE, ada.key, input={"name": "Nobody"}) for _ in range(2)]

    assert [data["contactCreate"]["errors"] for data in made] == [[], []]


async def test_what_is_left_out_stays_and_null_clears(web, ada, desk):
    edit = {"contactId": id_of(desk.carl), "company": "Acorn", "notes": "Kind."}
    await web.run(UPDATE, ada.key, input=edit)

    values = {"contactId": id_of(desk.carl), "company": None, "name": None}
    payload = (await web.run(UPDATE, ada.key, input=values))["contactUpdate"]

    kept = {name: payload["contact"][name] for name in ("name", "email", "company", "notes")}
    assert kept == {
        "name": "Carl Customer",
        "email": "carl@example.org",
        "company": None,
        "notes": "Kind.",
    }


async def test_another_address_has_to_prove_itself_and_ends_the_links_of_the_old_one(desk, ada, ticket):
    token = await cast.token_of(ticket, ada.actor)
    await tokens.authenticate(token)

    await contacts.update(ada.actor, desk.carl.id, {"email": "carl@new.example"})

    with pytest.raises(Unauthenticated):
        await tokens.recognize(token)
    assert (await Contact.get(workspace_id=desk.acme.id, id=desk.carl.id)).proved_at is None
    assert await tokens.recognize(await cast.token_of(ticket, ada.actor))


async def test_the_same_address_keeps_its_links_and_its_proof(desk, ada, ticket):
    token = await cast.token_of(ticket, ada.actor)
    await tokens.authenticate(token)

    await contacts.update(ada.actor, desk.carl.id, {"email": "Carl@example.org", "name": "Carl"})

    assert await tokens.recognize(token)
    assert (await Contact.get(workspace_id=desk.acme.id, id=desk.carl.id)).proved_at is not None
    assert await TicketToken.filter(workspace_id=desk.acme.id, revoked_at__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("email", "recipient", "state"),
    [("new@example.org", "new@example.org", "QUEUED"), (None, "carl@example.org", "HELD")],
)
async def test_a_letter_that_has_not_gone_out_follows_the_address(desk, ada, ticket, email, recipient, state):
    await comments.reply(ada.actor, ticket.id, "Hello.")
    event = await access.events(ada.actor).order_by("-seq").first()
    assert event is not None
    await MailOut.create(
        workspace_id=desk.acme.id,
        event_id=event.id,
        ticket_id=ticket.id,
        contact_id=desk.carl.id,
        letter=Letter.REPLY,
        recipient="carl@example.org",
        message_id="<1@desk.example>",
        state=MailState.QUEUED,
        created_at=ticket.created_at,
    )

    await contacts.update(ada.actor, desk.carl.id, {"email": email})

    mail = await MailOut.get(workspace_id=desk.acme.id)
    assert (mail.recipient, mail.state) == (recipient, state)


async def test_tickets_are_public_while_their_customer_has_an_address(web, desk, ada, ticket):
    new = NewTicket("Hidden", contact=ContactRef(id=desk.carl.id), is_internal=True)
    hidden = await tickets.create(ada.actor, new)

    await web.run(UPDATE, ada.key, input={"contactId": id_of(desk.carl), "email": None})
    without = await access.tickets(ada.actor).order_by("id")
    await web.run(UPDATE, ada.key, input={"contactId": id_of(desk.carl), "email": "c@x.example"})
    with_it = await access.tickets(ada.actor).order_by("id")

    assert [(row.is_public, row.version) for row in without] == [(False, 2), (False, 1)]
    assert [(row.is_public, row.version) for row in with_it] == [(True, 3), (False, 1)]
    events = await access.events(ada.actor).filter(kind="UPDATED").order_by("seq")
    assert [event.changes for event in events] == [
        {"is_public": [True, False]},
        {"is_public": [False, True]},
    ]
    assert {event.ticket_id for event in events} == {ticket.id} and hidden.id != ticket.id


async def test_contacts_are_listed_by_name_and_by_age_in_both_directions(web, vic, ada, clock):
    for name in ("delta", "Alpha", "charlie", "Bravo"):
        clock.move(minutes=1)
        await contacts.create(ada.actor, {"name": name})

    first = await web.run(LIST, vic.key, by="NAME", first=2)
    end = first["contacts"]["pageInfo"]["endCursor"]
    rest = await web.run(LIST, vic.key, by="NAME", first=9, after=end)
    start = rest["contacts"]["pageInfo"]["startCursor"]
    back = await web.run(LIST, vic.key, by="NAME", last=9, before=start)
    newest = await web.run(LIST, vic.key, by="NEWEST", first=3)
    end = newest["contacts"]["pageInfo"]["endCursor"]
    older = await web.run(LIST, vic.key, by="NEWEST", first=3, after=end)

    assert names(first) + names(rest) == ["Alpha", "Bravo", "Carl Customer", "charlie", "delta"]
    assert names(back) == names(first)
    assert names(newest) + names(older) == ["Bravo", "charlie", "Alpha", "delta", "Carl Customer"]
    assert first["contacts"]["totalCount"] == 5


@pytest.mark.parametrize(("of", "by"), [("NAME", "NEWEST"), ("NEWEST", "NAME")])
async def test_a_cursor_is_good_for_one_order(web, ada, desk, of, by):
    page = await web.run(LIST, ada.key, by=of, first=1)

    answer = await web.post(LIST, ada.key, by=by, after=page["contacts"]["pageInfo"]["endCursor"])

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("dor", ["Dóra Öttl"]),
        ("ottl DORA", ["Dóra Öttl"]),
        ("dora@mail", ["Dóra Öttl"]),
        ("acorn", ["Dóra Öttl"]),
        ("crm-7", ["Dóra Öttl"]),
        ("crm-", []),
        ("carl dora", []),
        ("example", ["Carl Customer", "Dóra Öttl"]),
        ("", ["Carl Customer", "Dóra Öttl"]),
        ("' & | ! ( ) : * \\", []),
        ("%", []),
        ("dora:* | carl", []),
    ],
)
async def test_words_find_names_addresses_companies_and_external_ids(web, ada, desk, word, found):
    await contacts.create(
        ada.actor,
        {"name": "Dóra Öttl", "email": "dora@mail.example", "company": "Acorn", "external_id": "crm-7"},
    )

    data = await web.run(LIST, ada.key, by="NAME", word=word)

    assert (names(data), data["contacts"]["totalCount"]) == (found, len(found))


async def test_more_contacts_take_no_more_statements(web, ada):
    for nth in range(8):
        await contacts.create(ada.actor, {"name": f"{nth}"})

    counts = [await statements_of(web.run(LIST, ada.key, by="NAME", first=size)) for size in (1, 9)]

    assert counts[0] == counts[1]


async def test_eve_sees_and_changes_no_customer_of_ours(web, eve, desk):
    changed = await web.run(UPDATE, eve.key, input={"contactId": id_of(desk.carl), "name": "Mine"})
    listed = await web.run(LIST, eve.key, by="NAME", word="carl")
    same = await web.run(CREATE, eve.key, input={"email": "carl@example.org"})

    assert [error["code"] for error in changed["contactUpdate"]["errors"]] == ["NOT_FOUND"]
    assert listed["contacts"]["nodes"] == []
    assert same["contactCreate"]["errors"] == []
