"""Resolving tickets and opening them again."""

import pytest

from models.errors import Conflict, StaleObject
from models.events import Kind
from models.ticket_enums import Status
from models.tickets import Ticket
from resolvers import access, archive, comments, resolutions, tickets
from schema.ids import global_id
from schema.nodes import id_of

RESOLVE = """
mutation ($input: TicketResolveInput!) { ticketResolve(input: $input) {
  clientMutationId eventCursor errors { code path message ... on StaleObjectError { ticket { version } } }
  ticket { status version resolvedAt resolution { text resolvedAt resolutionSeconds }
           satisfaction { score agentScore customerScore customerRemark ratedAt } }
} }"""
REOPEN = """
mutation ($input: TicketReopenInput!) { ticketReopen(input: $input) {
  errors { code path } ticket { status resolvedAt closedAt resolution { text resolvedAt resolutionSeconds } }
} }"""
RESOLUTION = "query ($id: ID!) { ticket(id: $id) { resolution { text } satisfaction { score } } }"


async def told(actor, ticket: Ticket) -> list[tuple[Kind, bool, dict]]:
    rows = await access.events(actor).filter(ticket_id=ticket.id).order_by("seq")
    return [(row.kind, row.is_public, row.changes) for row in rows]


async def test_a_resolved_ticket_says_how_it_was_solved_and_how_long_it_took(web, ada, ticket, clock):
    clock.move(minutes=90)
    values = {"ticketId": id_of(ticket), "resolution": " We put it out. ", "agentScore": 4}

    payload = (await web.run(RESOLVE, ada.key, input=values))["ticketResolve"]

    shown = payload["ticket"]
    assert (payload["errors"], shown["status"], shown["version"]) == ([], "RESOLVED", 2)
    assert shown["resolution"] == {
        "text": "We put it out.",
        "resolvedAt": shown["resolvedAt"],
        "resolutionSeconds": 90 * 60,
    }
    assert shown["satisfaction"] == {
        "score": 4,
        "agentScore": 4,
        "customerScore": None,
        "customerRemark": None,
        "ratedAt": None,
    }


async def test_resolving_is_one_event_that_the_customer_may_see_without_the_text(ada, ticket):
    await resolutions.resolve(ada.actor, ticket.id, {"text": "We put it out.", "agent_score": 4})

    changes = {"status": ["OPEN", "RESOLVED"], "resolution": None, "agent_score": [None, 4]}
    assert (await told(ada.actor, ticket))[1:] == [(Kind.RESOLVED, True, changes)]


async def test_what_is_left_out_when_resolving_stays_and_null_clears(web, ada, ticket):
    await resolutions.resolve(ada.actor, ticket.id, {"text": "We put it out.", "agent_score": 4})
    await resolutions.reopen(ada.actor, ticket.id)

    kept = await web.run(RESOLVE, ada.key, input={"ticketId": id_of(ticket)})
    await resolutions.reopen(ada.actor, ticket.id)
    values = {"ticketId": id_of(ticket), "resolution": None, "agentScore": None}
    cleared = await web.run(RESOLVE, ada.key, input=values)

    texts = [each["ticketResolve"]["ticket"]["resolution"]["text"] for each in (kept, cleared)]
    scores = [each["ticketResolve"]["ticket"]["satisfaction"]["score"] for each in (kept, cleared)]
    assert (texts, scores) == (["We put it out.", None], [4, None])


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"resolution": "x" * 20_001}, ["input", "resolution"]),
        ({"agentScore": 0}, ["input", "agentScore"]),
        ({"agentScore": 6}, ["input", "agentScore"]),
    ],
    ids=["text", "0", "6"],
)
async def test_a_text_or_a_score_out_of_bounds_is_refused_with_its_path(web, ada, ticket, values, path):
    payload = (await web.run(RESOLVE, ada.key, input={"ticketId": id_of(ticket), **values}))["ticketResolve"]

    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("BAD_USER_INPUT", path)]
    assert len(await told(ada.actor, ticket)) == 1


@pytest.mark.parametrize(("text", "score"), [("x" * 20_000, 1), ("", 5)], ids=["longest", "empty"])
async def test_a_text_and_a_score_at_their_bounds_are_taken(ada, ticket, text, score):
    row = await resolutions.resolve(ada.actor, ticket.id, {"text": text, "agent_score": score})

    assert (row.resolution, row.agent_score) == (text or None, score)


@pytest.mark.parametrize("status", [Status.OPEN, Status.IN_PROGRESS, Status.WAITING])
async def test_what_is_open_is_resolved_and_not_reopened(ada, ticket, status):
    await tickets.update(ada.actor, ticket.id, {"status": status})

    with pytest.raises(Conflict, match="open already"):
        await resolutions.reopen(ada.actor, ticket.id)
    row = await resolutions.resolve(ada.actor, ticket.id, {})

    assert row.status is Status.RESOLVED


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
async def test_what_is_over_is_reopened_and_not_resolved(ada, ticket, status):
    await tickets.update(ada.actor, ticket.id, {"status": status})

    with pytest.raises(Conflict, match=f"{status.lower()} already"):
        await resolutions.resolve(ada.actor, ticket.id, {})
    row = await resolutions.reopen(ada.actor, ticket.id)

    assert row.status is Status.OPEN


async def test_a_reopened_ticket_keeps_the_text_but_is_resolved_no_more(web, ada, ticket):
    await resolutions.resolve(ada.actor, ticket.id, {"text": "We put it out."})

    payload = (await web.run(REOPEN, ada.key, input={"ticketId": id_of(ticket)}))["ticketReopen"]

    assert payload["errors"] == []
    assert payload["ticket"] == {
        "status": "OPEN",
        "resolvedAt": None,
        "closedAt": None,
        "resolution": {"text": "We put it out.", "resolvedAt": None, "resolutionSeconds": None},
    }
    changes = {"status": ["RESOLVED", "OPEN"]}
    assert (await told(ada.actor, ticket))[-1] == (Kind.REOPENED, True, changes)


async def test_a_member_reopens_what_was_closed_long_ago(ada, ticket, clock):
    await tickets.update(ada.actor, ticket.id, {"status": Status.CLOSED})
    clock.move(days=400)

    assert (await resolutions.reopen(ada.actor, ticket.id)).status is Status.OPEN


async def test_a_merged_ticket_is_not_reopened(ada, desk, ticket):
    await tickets.update(ada.actor, ticket.id, {"status": Status.CLOSED})
    other = await tickets.create(ada.actor, tickets.NewTicket("The one that stays"))
    rows = access.tickets(ada.actor).filter(id=ticket.id)
    await rows.update(merged_into_id=other.id, merged_at=ticket.created_at)

    with pytest.raises(Conflict, match="merged"):
        await resolutions.reopen(ada.actor, ticket.id)


async def test_a_ticket_that_was_never_resolved_has_no_resolution(web, ada, ticket):
    data = await web.run(RESOLUTION, ada.key, id=id_of(ticket))

    assert data["ticket"] == {"resolution": None, "satisfaction": {"score": None}}


async def test_an_archived_ticket_is_neither_resolved_nor_reopened(ada, olga, ticket):
    await archive.archive(olga.actor, ticket.id)

    with pytest.raises(Conflict, match="archived"):
        await resolutions.resolve(ada.actor, ticket.id, {})
    with pytest.raises(Conflict, match="archived"):
        await resolutions.reopen(ada.actor, ticket.id)


async def test_a_ticket_that_changed_meanwhile_is_neither_resolved_nor_reopened(ada, grace, ticket):
    await tickets.update(grace.actor, ticket.id, {"title": "By Grace"})

    with pytest.raises(StaleObject):
        await resolutions.resolve(ada.actor, ticket.id, {}, expected_version=1)
    await resolutions.resolve(ada.actor, ticket.id, {}, expected_version=2)
    with pytest.raises(StaleObject):
        await resolutions.reopen(ada.actor, ticket.id, expected_version=2)


async def test_the_same_key_resolves_once_and_has_the_same_answer(web, ada, ticket):
    values = {"ticketId": id_of(ticket), "resolution": "Done.", "idempotencyKey": "k1"}
    first = await web.run(RESOLVE, ada.key, input=values)

    second = await web.run(RESOLVE, ada.key, input=values)
    other = await web.run(RESOLVE, ada.key, input={**values, "resolution": "Done!"})

    assert first == second and first["ticketResolve"]["errors"] == []
    assert [error["code"] for error in other["ticketResolve"]["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert len(await told(ada.actor, ticket)) == 2


@pytest.mark.parametrize("by", ["edit", "reply"])
async def test_whatever_resolves_a_ticket_has_the_same_effects(ada, ticket, by):
    if by == "edit":
        await tickets.update(ada.actor, ticket.id, {"status": Status.RESOLVED})
    else:
        await comments.reply(ada.actor, ticket.id, "Done.", status=Status.RESOLVED)

    row = await access.tickets(ada.actor).get(id=ticket.id)
    assert (row.resolved_at, row.survey_asked_at) == (row.updated_at, row.updated_at)


@pytest.mark.parametrize("mutation", [RESOLVE, REOPEN], ids=["resolve", "reopen"])
async def test_eve_can_neither_resolve_nor_reopen_what_is_not_hers(web, eve, ticket, mutation):
    foreign = await web.run(mutation, eve.key, input={"ticketId": id_of(ticket)})
    unknown = await web.run(mutation, eve.key, input={"ticketId": global_id("Ticket", 10**9)})

    [payload] = foreign.values()
    assert foreign == unknown and [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]
