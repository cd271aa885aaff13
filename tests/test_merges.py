"""Merging duplicates and taking them out again, over the API."""

from collections.abc import Iterator

import cast
import pytest
from running_web import RunningWeb

from models import engine
from models.attachments import Attachment
from models.comments import Comment
from models.events import Event, Kind
from models.labels import Label, LabelColor, TicketLabel
from models.ticket_enums import Status
from models.tickets import Ticket
from resolvers import access, comments, tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket
from schema.nodes import id_of

MERGE = """
mutation ($input: TicketMergeInput!) { ticketMerge(input: $input) {
  eventCursor
  primary { id status version labels { name } duplicates { totalCount nodes { id } } }
  duplicate { id status version mergedAt mergedInto { id } }
  errors { __typename code message path
    ... on TicketAlreadyMergedError { primary { id } } ... on StaleObjectError { ticket { id } } }
} }"""
UNMERGE = """
mutation ($input: TicketUnmergeInput!) { ticketUnmerge(input: $input) {
  eventCursor primary { id duplicates { totalCount } }
  duplicate { id status resolvedAt mergedAt mergedInto { id } } errors { code message }
} }"""
TIMELINE = """
query ($id: ID!) { ticket(id: $id) { timeline { totalCount nodes {
  ... on Comment { body isPublic movedFrom { id } ticket { id } }
  ... on TicketEvent { kind changes { field before after } }
} } } }"""
REPLY = """
mutation ($input: TicketReplyInput!) { ticketReply(input: $input) {
  errors { __typename ... on TicketAlreadyMergedError { primary { id } } } } }"""


@pytest.fixture
async def duplicate(desk: cast.Desk, ticket: Ticket) -> Ticket:
    """Carl's other ticket, TKT-0002, about the same."""
    return await cast.duplicate_of(ticket, desk.ada.actor, merged=False)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that are run from now on."""
    heard: list[str] = []
    engine.watchers.append(heard.append)
    yield heard
    engine.watchers.remove(heard.append)


async def merge(
    web: RunningWeb, by: cast.Somebody, primary: Ticket, duplicate: Ticket, **more: object
) -> dict:
    values = {"primaryTicketId": id_of(primary), "duplicateTicketId": id_of(duplicate), **more}
    return (await web.run(MERGE, by.key, input=values))["ticketMerge"]


async def unmerge(web: RunningWeb, by: cast.Somebody, duplicate: Ticket) -> dict:
    return (await web.run(UNMERGE, by.key, input={"duplicateTicketId": id_of(duplicate)}))["ticketUnmerge"]


async def timeline(web: RunningWeb, by: cast.Somebody, ticket: Ticket) -> list[str]:
    """Return what was said on the ticket, and the kinds of what was done, in order."""
    found = (await web.run(TIMELINE, by.key, id=id_of(ticket)))["ticket"]["timeline"]
    assert found["totalCount"] == len(found["nodes"])
    return [node.get("body") or node["kind"] for node in found["nodes"]]


async def test_a_duplicate_joins_the_primary_and_is_closed(web, ada, ticket, duplicate):
    payload = await merge(web, ada, ticket, duplicate)

    assert payload["errors"] == [] and payload["eventCursor"] == await web.cursor(ada.key)
    assert payload["primary"]["duplicates"] == {"totalCount": 1, "nodes": [{"id": id_of(duplicate)}]}
    merged = payload["duplicate"]
    assert (merged["status"], merged["mergedInto"]) == ("CLOSED", {"id": id_of(ticket)})
    assert merged["mergedAt"] is not None
    assert (payload["primary"]["status"], payload["primary"]["version"], merged["version"]) == ("OPEN", 2, 2)


async def test_comments_move_with_the_merge_and_stand_where_they_were_said(web, ada, ticket, duplicate):
    for number, on in enumerate((ticket, duplicate, ticket, duplicate)):
        await comments.note(ada.actor, on.id, f"{number}")

    await merge(web, ada, ticket, duplicate)

    assert await timeline(web, ada, ticket) == [
        *("CREATED", "0", "1", "2", "3"),
        "TKT-0002 was merged into this ticket. With it came: 2 comments.",
    ]
    assert await timeline(web, ada, duplicate) == ["CREATED", "This ticket was merged into TKT-0001."]


async def test_a_moved_comment_remembers_where_it_came_from(web, ada, ticket, duplicate):
    await comments.reply(ada.actor, duplicate.id, "On our way.")
    await comments.reply(ada.actor, ticket.id, "Soon.")

    await merge(web, ada, ticket, duplicate)

    nodes = (await web.run(TIMELINE, ada.key, id=id_of(ticket)))["ticket"]["timeline"]["nodes"]
    said = {node["body"]: (node["movedFrom"], node["ticket"]) for node in nodes if "body" in node}
    assert said["On our way."] == ({"id": id_of(duplicate)}, {"id": id_of(ticket)})
    assert said["Soon."] == (None, {"id": id_of(ticket)})


async def test_each_of_the_two_has_one_event_of_the_merge(web, ada, ticket, duplicate):
    before = await access.head(ada.actor)

    await merge(web, ada, ticket, duplicate)

    rows = await Event.filter(workspace_id=ada.actor.workspace_id, seq__gt=before).order_by("seq")
    assert [(row.ticket_id, row.kind, row.is_public) for row in rows] == [
        (duplicate.id, Kind.MERGED, True),
        (ticket.id, Kind.ABSORBED, False),
    ]
    assert rows[0].changes == {"status": ["OPEN", "CLOSED"], "merged_into": [None, ticket.id]}
    assert rows[1].changes == {"duplicates": [None, duplicate.id]}


async def test_labels_and_attachments_come_too(web, ada, ticket, duplicate):
    home = {"workspace_id": ada.actor.workspace_id}
    for name, on in (("both", (ticket, duplicate)), ("new", (duplicate,))):
        label = await Label.create(**home, name=name, color=LabelColor.RED, created_at=ticket.created_at)
        for each in on:
            await TicketLabel.create(**home, ticket_id=each.id, label_id=label.id)
    scan = await Attachment.create(
        **home, ticket_id=duplicate.id, name="a", media_type="a/b", bytes=0, sha256="0",
        created_at=ticket.created_at,
    )  # fmt: skip

    payload = await merge(web, ada, ticket, duplicate)

    assert [label["name"] for label in payload["primary"]["labels"]] == ["both", "new"]
    assert (await Attachment.get(**home, id=scan.id)).ticket_id == ticket.id
    assert (await timeline(web, ada, ticket))[-1].endswith("With it came: 1 attachment, 1 label.")

    await unmerge(web, ada, duplicate)

    links = await TicketLabel.filter(**home, ticket_id=ticket.id)
    assert len(links) == 1 and await TicketLabel.filter(**home, ticket_id=duplicate.id).count() == 2
    assert (await Attachment.get(**home, id=scan.id)).ticket_id == duplicate.id


@pytest.mark.parametrize("status", [Status.OPEN, Status.WAITING, Status.RESOLVED, Status.CLOSED])
async def test_undoing_puts_all_back_as_it_was_and_leaves_what_came_since(
    web, ada, ticket, duplicate, status
):
    await comments.reply(ada.actor, duplicate.id, "On our way.")
    await tickets.update(ada.actor, duplicate.id, {"status": status})
    before = await access.tickets(ada.actor).get(id=duplicate.id)
    await merge(web, ada, ticket, duplicate)
    await comments.note(ada.actor, ticket.id, "Later.")

    payload = await unmerge(web, ada, duplicate)

    assert payload["primary"] == {"id": id_of(ticket), "duplicates": {"totalCount": 0}}
    after = await access.tickets(ada.actor).get(id=duplicate.id)
    unchanged = ("status", "resolved_at", "closed_at", "merged_into_id", "merged_at", "archived_at")
    assert [getattr(after, name) for name in unchanged] == [getattr(before, name) for name in unchanged]
    assert after.version == before.version + 2
    assert (await timeline(web, ada, ticket))[-2:] == ["Later.", "RELEASED"]
    was_said = await timeline(web, ada, duplicate)
    assert "On our way." in was_said and was_said[-1] == "UNMERGED"
    assert (await Comment.get(workspace_id=after.workspace_id, body="On our way.")).moved_from_id is None


async def test_the_same_two_can_be_merged_undone_and_merged_again(web, ada, ticket, duplicate):
    await comments.note(ada.actor, duplicate.id, "Said once.")

    for _ in range(2):
        await merge(web, ada, ticket, duplicate)
        await unmerge(web, ada, duplicate)
    payload = await merge(web, ada, duplicate, ticket)

    assert payload["errors"] == []
    assert (await timeline(web, ada, duplicate)).count("Said once.") == 1


async def test_a_ticket_that_was_merged_leads_to_the_one_at_the_end_of_the_chain(web, ada, ticket, duplicate):
    last = await cast.duplicate_of(ticket, ada.actor, merged=False)
    await merge(web, ada, ticket, duplicate)
    await merge(web, ada, last, ticket)

    refused = [await merge(web, ada, last, duplicate), await merge(web, ada, duplicate, last)]

    for payload in refused:
        [error] = payload["errors"]
        assert (error["__typename"], error["code"]) == ("TicketAlreadyMergedError", "CONFLICT")
        assert error["primary"] == {"id": id_of(last)}
        assert payload["primary"] is payload["duplicate"] is payload["eventCursor"] is None


async def test_an_answer_to_a_duplicate_is_refused_with_the_ticket_to_answer_on(web, ada, ticket, duplicate):
    await merge(web, ada, ticket, duplicate)

    payload = await web.run(REPLY, ada.key, input={"ticketId": id_of(duplicate), "body": "Hello."})

    [error] = payload["ticketReply"]["errors"]
    assert error == {"__typename": "TicketAlreadyMergedError", "primary": {"id": id_of(ticket)}}


async def test_what_cannot_be_merged_is_refused(web, ada, ticket, duplicate):
    itself = await merge(web, ada, ticket, ticket)
    stale = await merge(web, ada, ticket, duplicate, expectedVersion=7)
    await Ticket.filter(workspace_id=ticket.workspace_id, id=duplicate.id).update(
        archived_at=ticket.created_at
    )
    archived = [await merge(web, ada, ticket, duplicate), await merge(web, ada, duplicate, ticket)]
    unmerged = await unmerge(web, ada, duplicate)

    assert [(error["code"], error["path"]) for error in itself["errors"]] == [
        ("BAD_USER_INPUT", ["input", "duplicateTicketId"])
    ]
    assert stale["errors"][0]["ticket"] == {"id": id_of(duplicate)}
    assert {payload["errors"][0]["message"] for payload in archived} == {
        "TKT-0002 is archived. Restore it first."
    }
    assert [error["code"] for error in unmerged["errors"]] == ["CONFLICT"]


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's", "hidden"])
async def test_showing_what_was_said_to_other_people_must_be_confirmed(web, ada, ticket, whose):
    contact = {
        "somebody else's": ContactRef(email="dora@example.org"),
        "nobody's": None,
        "hidden": ContactRef(id=ticket.contact_id),
    }[whose]
    new = NewTicket("The same", contact=contact, is_internal=whose == "hidden")
    duplicate = await tickets.create(ada.actor, new)

    refused = await merge(web, ada, ticket, duplicate)
    done = await merge(web, ada, ticket, duplicate, confirmAcrossCustomers=True)

    assert [(error["code"], error["path"]) for error in refused["errors"]] == [
        ("CONFLICT", ["input", "confirmAcrossCustomers"])
    ]
    assert done["errors"] == []


async def test_eve_can_neither_merge_nor_undo_what_is_not_hers(web, ada, eve, desk, ticket, duplicate):
    hers = await cast.ticket_of(await cast.dora(desk), eve.actor)
    unknown = Ticket(id=2**40)
    foreign = [await merge(web, eve, hers, duplicate), await merge(web, eve, ticket, hers)]
    never = [await merge(web, eve, hers, unknown), await merge(web, eve, unknown, hers)]
    await merge(web, ada, ticket, duplicate)

    assert foreign == never
    assert await unmerge(web, eve, duplicate) == await unmerge(web, eve, unknown)
    assert (await access.tickets(ada.actor).get(id=duplicate.id)).merged_into_id == ticket.id


async def test_many_duplicates_are_found_by_one_statement_for_all_tickets(web, ada, ticket, statements):
    query = """{ tickets { nodes { timeline { totalCount nodes { __typename } }
      duplicates { totalCount nodes { mergedInto { id } } } } } }"""
    await cast.duplicate_of(ticket, ada.actor)
    statements.clear()
    await web.run(query, ada.key)
    few = len(statements)
    other = await cast.duplicate_of(ticket, ada.actor, merged=False)
    for on in (ticket, ticket, other, other):
        await cast.duplicate_of(on, ada.actor)
    statements.clear()

    await web.run(query, ada.key)

    assert len(statements) == few


async def test_duplicates_come_a_page_at_a_time_in_both_directions(web, ada, ticket):
    ids = [id_of(await cast.duplicate_of(ticket, ada.actor)) for _ in range(5)]
    query = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { ticket(id: $id) {
      duplicates(first: $first, after: $after, last: $last, before: $before) {
        nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }"""

    async def page(**given: object) -> dict:
        return (await web.run(query, ada.key, id=id_of(ticket), **given))["ticket"]["duplicates"]

    head, tail = await page(first=2), await page(last=2)
    middle = await page(first=2, after=head["pageInfo"]["endCursor"])
    back = await page(last=2, before=tail["pageInfo"]["startCursor"])

    assert [[node["id"] for node in each["nodes"]] for each in (head, middle, back, tail)] == [
        *(ids[:2], ids[2:4], ids[1:3], ids[3:])
    ]
    assert middle["pageInfo"]["hasNextPage"] and not tail["pageInfo"]["hasNextPage"]


async def test_a_merge_happens_once_for_each_idempotency_key(web, ada, ticket, duplicate):
    first = await merge(web, ada, ticket, duplicate, idempotencyKey="once")
    again = await merge(web, ada, ticket, duplicate, idempotencyKey="once")

    assert again == first
    assert await Event.filter(workspace_id=ticket.workspace_id, kind=Kind.MERGED).count() == 1
