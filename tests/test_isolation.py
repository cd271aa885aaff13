"""Another workspace's ids, tried at every place where an id can be given, by everybody who can call."""

import asyncio
from typing import Any

import cast
import pytest
import schema_walk
from furniture import sums_of
from running_web import GraphSocket, RunningWeb

from models.clock import now
from models.contacts import Contact
from models.permissions import Scope
from resolvers import comments, keys, tickets
from resolvers.tickets import NewTicket, TicketValues
from schema.ids import global_id
from settings import settings

CANARY = "globex-canary-7341"
NOBODYS = 2**40
PRINCIPALS = ["olga", "ada", "vic", "reader", "carl"]
EVERY = "every type that has ids"

KINDS = {
    "Query.ticket(id)": "Ticket",
    "Query.tickets(filter.labelIds)": "Label",
    "Query.tickets(filter.assignee.memberId)": "Member",
    "Query.tickets(filter.contactId)": "Contact",
    "Query.ticketCounts(filter.labelIds)": "Label",
    "Query.ticketCounts(filter.assignee.memberId)": "Member",
    "Query.ticketCounts(filter.contactId)": "Contact",
    "Query.search(filter.labelIds)": "Label",
    "Query.search(filter.assignee.memberId)": "Member",
    "Query.search(filter.contactId)": "Contact",
    "Query.node(id)": EVERY,
    "Query.nodes(ids)": EVERY,
    "Mutation.ticketCreate(input.contact.id)": "Contact",
    "Mutation.ticketCreate(input.assigneeId)": "Member",
    "Mutation.ticketUpdate(input.ticketId)": "Ticket",
    "Mutation.ticketUpdate(input.assigneeId)": "Member",
    "Mutation.ticketUpdate(input.contactId)": "Contact",
    "Mutation.ticketAssign(input.ticketId)": "Ticket",
    "Mutation.ticketAssign(input.assigneeId)": "Member",
    "Mutation.ticketResolve(input.ticketId)": "Ticket",
    "Mutation.ticketReopen(input.ticketId)": "Ticket",
    "Mutation.ticketEscalate(input.ticketId)": "Ticket",
    "Mutation.ticketArchive(input.ticketId)": "Ticket",
    "Mutation.ticketRestore(input.ticketId)": "Ticket",
    "Mutation.ticketCreate(input.labelIds)": "Label",
    "Mutation.ticketAddLabels(input.ticketId)": "Ticket",
    "Mutation.ticketAddLabels(input.labelIds)": "Label",
    "Mutation.ticketRemoveLabels(input.ticketId)": "Ticket",
    "Mutation.ticketRemoveLabels(input.labelIds)": "Label",
    "Mutation.labelUpdate(input.labelId)": "Label",
    "Mutation.labelDelete(input.labelId)": "Label",
    "Mutation.labelMerge(input.labelId)": "Label",
    "Mutation.labelMerge(input.intoLabelId)": "Label",
    "Query.cannedResponseFilled(cannedResponseId)": "CannedResponse",
    "Query.cannedResponseFilled(ticketId)": "Ticket",
    "Mutation.cannedResponseUpdate(input.cannedResponseId)": "CannedResponse",
    "Mutation.cannedResponseDelete(input.cannedResponseId)": "CannedResponse",
    "Mutation.contactUpdate(input.contactId)": "Contact",
    "Mutation.contactErase(input.contactId)": "Contact",
    "Query.viewTickets(viewId)": "View",
    "Mutation.viewCreate(input.filter.labelIds)": "Label",
    "Mutation.viewCreate(input.filter.assignee.memberId)": "Member",
    "Mutation.viewCreate(input.filter.contactId)": "Contact",
    "Mutation.viewUpdate(input.viewId)": "View",
    "Mutation.viewUpdate(input.filter.labelIds)": "Label",
    "Mutation.viewUpdate(input.filter.assignee.memberId)": "Member",
    "Mutation.viewUpdate(input.filter.contactId)": "Contact",
    "Mutation.viewDelete(input.viewId)": "View",
    "Mutation.ticketReply(input.ticketId)": "Ticket",
    "Mutation.ticketReply(input.sinceCommentId)": "Comment",
    "Mutation.ticketAddNote(input.ticketId)": "Ticket",
    "Mutation.ticketAddNote(input.mentionIds)": "Member",
    "Mutation.ticketFollow(input.ticketId)": "Ticket",
    "Mutation.notificationMarkRead(input.notificationId)": "Notification",
    "Mutation.notificationMarkUnread(input.notificationId)": "Notification",
    "Mutation.notificationMarkAllRead(input.ticketId)": "Ticket",
    "Mutation.notificationMarkAllRead(input.newestId)": "Notification",
    "Mutation.ticketUnfollow(input.ticketId)": "Ticket",
    "Mutation.ticketCreate(input.attachmentIds)": "Attachment",
    "Mutation.ticketReply(input.attachmentIds)": "Attachment",
    "Mutation.ticketAddNote(input.attachmentIds)": "Attachment",
    "Mutation.commentRedeliver(input.commentId)": "Comment",
    "Mutation.memberUpdate(input.memberId)": "Member",
    "Mutation.memberRemove(input.memberId)": "Member",
    "Mutation.memberRestore(input.memberId)": "Member",
    "Mutation.invitationResend(input.invitationId)": "Invitation",
    "Mutation.invitationRevoke(input.invitationId)": "Invitation",
    "Mutation.apiKeyCreate(input.memberId)": "Member",
    "Mutation.apiKeyRevoke(input.apiKeyId)": "ApiKey",
    "Mutation.ticketMerge(input.primaryTicketId)": "Ticket",
    "Mutation.ticketMerge(input.duplicateTicketId)": "Ticket",
    "Mutation.ticketUnmerge(input.duplicateTicketId)": "Ticket",
    "Query.bulkChange(id)": "BulkChange",
    "Mutation.ticketBulkUpdate(input.tickets.ids)": "Ticket",
    "Mutation.ticketBulkUpdate(input.tickets.matching.filter.labelIds)": "Label",
    "Mutation.ticketBulkUpdate(input.tickets.matching.filter.assignee.memberId)": "Member",
    "Mutation.ticketBulkUpdate(input.tickets.matching.filter.contactId)": "Contact",
    "Mutation.ticketBulkUpdate(input.change.assigneeId)": "Member",
    "Mutation.ticketBulkUpdate(input.change.addLabelIds)": "Label",
    "Mutation.ticketBulkUpdate(input.change.removeLabelIds)": "Label",
    "Mutation.ticketBulkUndo(input.bulkChangeId)": "BulkChange",
    "Subscription.ticketChanged(ticketId)": "Ticket",
    "Subscription.commentAdded(ticketId)": "Ticket",
}
"""Of which type the id at each place is."""

EVERYWHERE = schema_walk.id_places(schema_walk.DESK)
PLACES = [place for place in EVERYWHERE if place.on in ("Query", "Mutation")]
STREAMS = [place for place in EVERYWHERE if place.on == "Subscription"]
INSIDE = [place for place in EVERYWHERE if place not in [*PLACES, *STREAMS]]

OWN_AFFAIRS = {"notificationAdded"}
"""Subscriptions to what is one member's alone: their own tests hold that."""

NAMES = [each.name for each in schema_walk.DESK.get_possible_types(schema_walk.DESK.type_map["Node"])]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch) -> None:
    """Nobody is told to wait, however many places for ids there are."""
    monkeypatch.setattr(settings, "points_burst", 10**9)
    monkeypatch.setattr(settings, "anonymous_burst", 10**9)
    monkeypatch.setattr(settings, "query_cost", 10**9)  # each document asks for all there is


@pytest.fixture
async def theirs(desk: cast.Desk) -> dict[str, str]:
    """An id of each type that has ids, in Globex."""
    dora = await Contact.create(
        workspace_id=desk.globex.id, name=f"Dora {CANARY}", email=f"{CANARY}@x.example", created_at=now()
    )
    ticket = await cast.ticket_of(dora, desk.eve.actor, f"Secret {CANARY}")
    return await cast.one_of_each(desk.eve.actor, ticket)


@pytest.fixture
async def ours(desk: cast.Desk, ada: cast.Somebody, ticket) -> dict[str, str]:
    """The same in Acme, the ticket being Ada's."""
    await tickets.update(ada.actor, ticket.id, TicketValues(assignee_id=ada.member.id))
    return await cast.one_of_each(ada.actor, ticket)


@pytest.fixture
async def secrets(desk: cast.Desk, ada: cast.Somebody, ticket) -> dict[str, str]:
    """By what each principal of Acme gets in: admin, agent, viewer, a key that may only read, a customer."""
    _, reader = await keys.create_key(ada.actor, ada.member.id, "reads", frozenset({Scope.READ}))
    carl = await cast.token_of(ticket, ada.actor)
    return {"olga": desk.olga.key, "ada": ada.key, "vic": desk.vic.key, "reader": reader, "carl": carl}


def test_every_place_for_an_id_is_tried_here():
    places = [str(place) for place in [*PLACES, *STREAMS]]

    assert sorted(places) == sorted(KINDS)


def test_below_the_root_ids_are_given_in_filters_of_tickets_alone():
    assert {place.path[0] for place in INSIDE} == {"filter"}
    assert {place.path[1:] for place in INSIDE} == {
        place.path[1:] for place in PLACES if str(place).startswith("Query.tickets(")
    }


@pytest.mark.parametrize("principal", PRINCIPALS)
async def test_a_foreign_id_is_answered_like_one_that_never_was(web, desk, theirs, ours, secrets, principal):
    rows = await sums_of(desk.globex.id)

    for place in PLACES:
        for name in _names(place):
            foreign = await _try(web, place, theirs[name], ours, secrets[principal])
            unknown = await _try(web, place, global_id(name, NOBODYS), ours, secrets[principal])
            assert foreign == unknown, f"{principal} can tell that it is there, by {place} of a {name}"
            assert CANARY not in str(foreign)

    assert await sums_of(desk.globex.id) == rows


@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_an_id_of_ones_own_is_answered_otherwise(web, ours, secrets, place):
    for name in _names(place):
        own = await _try(web, place, ours[name], ours, secrets["olga"])

        assert own != await _try(web, place, global_id(name, NOBODYS), ours, secrets["olga"])


@pytest.mark.parametrize("place", STREAMS, ids=str)
@pytest.mark.parametrize("principal", PRINCIPALS[:-1])
async def test_nobody_can_listen_to_a_foreign_ticket(web, theirs, ours, secrets, principal, place):
    async with web.socket(secrets[principal]) as socket:
        foreign = await _listen(socket, place, theirs[KINDS[str(place)]], ours)
        unknown = await _listen(socket, place, global_id(KINDS[str(place)], NOBODYS), ours)

    assert foreign == unknown
    assert foreign[0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("field", sorted(set(schema_walk.DESK.subscription_type.fields) - OWN_AFFAIRS))
async def test_what_happens_elsewhere_is_pushed_to_nobody(web, desk, ada, theirs, ticket, secrets, field):
    query, variables = schema_walk.document(schema_walk.DESK, "Subscription", field, lambda *path: None)
    members = [secrets[principal] for principal in PRINCIPALS[:-1]]
    foreign = await tickets.create(desk.eve.actor, NewTicket(f"Another {CANARY}"))

    async def first_told(key: str) -> Any:
        async with web.socket(key) as socket:
            watching = await socket.subscribe(query, **variables)
            return await socket.next(watching)

    waiting = [asyncio.create_task(first_told(key)) for key in members]
    await web.joined(len(members))
    await comments.reply(desk.eve.actor, foreign.id, f"Not for Acme: {CANARY}")
    await comments.reply(ada.actor, ticket.id, "For Acme.")

    for told in await asyncio.gather(*waiting):
        assert "errors" not in told and CANARY not in str(told)
        assert told["data"][field]["ticket"]["reference"] == ticket.reference


async def test_a_customers_token_opens_only_the_customers_door(web, secrets):
    members_door = await web.post("{ viewer { member { name } } }", secrets["carl"])
    customers_door = await web.post("{ ticket { title } }", secrets["ada"], path="/public/graphql")

    assert members_door["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert customers_door["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def _names(place: schema_walk.Place) -> list[str]:
    kind = KINDS[str(place)]
    return NAMES if kind == EVERY else [kind]


async def _try(
    web: RunningWeb, place: schema_walk.Place, id_: str, ours: dict[str, str], secret: str
) -> dict[str, object]:
    query, variables = _written(place, id_, ours)
    return await web.post(query, secret, **variables)


async def _listen(socket: GraphSocket, place: schema_walk.Place, id_: str, ours: dict[str, str]) -> Any:
    query, variables = _written(place, id_, ours)
    return await socket.next(await socket.subscribe(query, **variables))


def _written(place: schema_walk.Place, id_: str, ours: dict[str, str]) -> tuple[str, dict[str, object]]:
    """Return the operation with the id at its place; whatever else it needs is Acme's own."""
    required = {
        "query": "printer",
        **dict.fromkeys(("ticketId", "primaryTicketId", "duplicateTicketId"), ours["Ticket"]),
        "assigneeId": ours["Member"],
        "title": "A title",
        "body": "A body",
        "reason": "A reason",
        "labelIds": [ours["Label"]],
        "labelId": ours["Label"],
        "viewId": ours["View"],
        "contactId": ours["Contact"],
        "cannedResponseId": ours["CannedResponse"],
        "intoLabelId": ours["Label"],
        "email": "a@x.example",
        "name": "A name",
        "scopes": ["READ"],
        "tickets": {"ids": [ours["Ticket"]]},
        "change": {"priority": "HIGH"},
        "expectedCount": 1,
    }

    def sample(*path: str) -> object:
        if path == place.path:
            return [id_] if place.is_list else id_
        if not path[:-1]:
            return required.get(path[-1])
        stands_beside = path[:-1] == place.path[: len(path) - 1] and path != place.path[: len(path)]
        return required.get(path[-1]) if stands_beside else None

    return schema_walk.document(schema_walk.DESK, place.on, place.field, sample)
