"""Who may do what, over the API: every mutation of the schemas, tried by everybody."""

from datetime import timedelta

import cast
import pytest
import schema_walk
from furniture import sums_of
from permission_matrix import MAY

from models.actors import system
from models.events import Event
from models.invitations import Invitation
from models.members import Member
from models.notifications import Notification
from models.permissions import Role, Scope
from models.tickets import Ticket
from resolvers import archive, followers, keys, members, resolutions
from schema.nodes import id_of


async def _resolved(ticket: Ticket) -> None:
    await resolutions.resolve(system(ticket.workspace_id), ticket.id, {})


async def _archived(ticket: Ticket) -> None:
    await archive.archive(system(ticket.workspace_id), ticket.id)


async def _followed(ticket: Ticket) -> None:
    ids = await Member.filter(workspace_id=ticket.workspace_id).values_list("id", flat=True)
    await followers.add_followers(system(ticket.workspace_id), ticket.id, list(ids))


WORK = {"Update", "Reply", "Assign", "Resolve", "Escalate", "Merge"}
ACTIONS = WORK | {"Reopen", "Archive", "Restore"}


async def _graceless(ticket: Ticket) -> None:
    await members.remove(system(ticket.workspace_id), (await _grace(ticket)).id)


async def _asked_before(ticket: Ticket) -> None:
    hour = timedelta(hours=1)
    await Invitation.filter(workspace_id=ticket.workspace_id).update(asked_at=ticket.created_at - hour)


async def _grace(ticket: Ticket) -> Member:
    """Return the member whom others change: none of the principals."""
    return await Member.get(workspace_id=ticket.workspace_id, name="Grace")


READY = {
    "ticketReopen": _resolved,
    "ticketRestore": _archived,
    "ticketUnfollow": _followed,
    "memberRestore": _graceless,
    "invitationResend": _asked_before,
}
"""What a ticket needs before the mutation can change anything."""

PRINCIPALS = ["olga", "ada", "writer", "vic", "reader", "vics_admin_key"]
OWNERS = {"writer": "olga", "reader": "olga", "vics_admin_key": "vic"}
"""Whose keys those are that are called otherwise than their members."""

CELLS = [
    pytest.param(principal, mutation, id=f"{principal}-{mutation}")
    for principal in PRINCIPALS
    for mutation in schema_walk.DESK.mutation_type.fields
]


@pytest.fixture
async def secrets(desk: cast.Desk) -> dict[str, str]:
    """Keys of an admin, an agent and a viewer, and keys of less and more scope than their member."""
    return {
        "olga": desk.olga.key,
        "ada": desk.ada.key,
        "vic": desk.vic.key,
        "reader": await _key(desk.olga, Scope.READ),
        "writer": await _key(desk.olga, Scope.WRITE),
        "vics_admin_key": await _key(desk.vic, Scope.ADMIN),
    }


def test_every_mutation_stands_in_the_matrix():
    assert set(MAY) == set(schema_walk.DESK.mutation_type.fields)


def test_customers_have_these_mutations_to_themselves():
    assert set(schema_walk.PUBLIC.mutation_type.fields) == {"ticketReply", "attachmentUpload", "ticketRate"}


@pytest.mark.parametrize(("principal", "mutation"), CELLS)
async def test_each_does_what_they_may_and_is_refused_the_rest(
    web, ada, ticket, secrets, principal, mutation
):
    query, variables = await _written(ada, ticket, mutation, principal)
    before = await _rows(ticket)

    data = await web.run(query, secrets[principal], **variables)

    payload = data[mutation]
    if principal in MAY[mutation]:
        assert payload["errors"] == [] and payload["eventCursor"]
        assert await _rows(ticket) != before
    else:
        assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
        assert not [name for name, value in payload.items() if isinstance(value, dict)]
        assert await _rows(ticket) == before


@pytest.mark.parametrize("mutation", schema_walk.DESK.mutation_type.fields)
async def test_a_removed_member_is_not_let_in_with_their_key(web, ada, ticket, mutation):
    query, variables = await _written(ada, ticket, mutation)
    await ada.member.filter(workspace_id=ada.actor.workspace_id, id=ada.member.id).update(
        removed_at=ticket.created_at
    )

    answer = await web.post(query, ada.key, **variables)

    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in answer


@pytest.mark.parametrize("principal", ["vic", "reader"])
async def test_who_may_only_look_sees_all_that_the_team_sees(web, ada, ticket, secrets, principal):
    found = await cast.one_of_each(ada.actor, ticket)
    ids = [id_ for name, id_ in found.items() if name not in cast.FOR_ADMINS]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"

    seen = await web.run(query, secrets[principal], ids=ids)

    assert seen == await web.run(query, ada.key, ids=ids)
    assert None not in seen["nodes"]


async def test_what_is_an_admins_alone_is_nothing_to_others(web, olga, ticket, secrets):
    found = await cast.one_of_each(olga.actor, ticket)
    ids = [found[name] for name in sorted(cast.FOR_ADMINS)]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    seen = {name: (await web.run(query, secrets[name], ids=ids))["nodes"] for name in ("olga", "ada", "vic")}

    nothing = [None] * len(ids)
    assert seen == {"olga": [{"id": id_} for id_ in ids], "ada": nothing, "vic": nothing}


@pytest.mark.parametrize(
    ("principal", "may"),
    [
        ("olga", {*WORK, "Archive"}),
        ("ada", WORK),
        ("writer", {*WORK, "Archive"}),
        ("vic", set()),
        ("reader", set()),
    ],
)
async def test_the_schema_says_beforehand_what_the_viewer_may_do(web, ticket, secrets, principal, may):
    query = f"{{ tickets {{ nodes {{ {' '.join(f'viewerCan{each}' for each in ACTIONS)} }} }} }}"

    [node] = (await web.run(query, secrets[principal]))["tickets"]["nodes"]

    assert {name.removeprefix("viewerCan") for name, value in node.items() if value} == may


async def test_a_member_who_becomes_a_viewer_loses_the_rights_of_their_keys_too(web, ada, ticket):
    await ada.member.filter(workspace_id=ada.actor.workspace_id, id=ada.member.id).update(role=Role.VIEWER)
    query, variables = await _written(ada, ticket, "ticketReply")

    payload = (await web.run(query, ada.key, **variables))["ticketReply"]

    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]


async def _key(of: cast.Somebody, scope: Scope) -> str:
    _, secret = await keys.create_key(of.actor, of.member.id, f"{scope}", frozenset({scope}))
    return secret


async def _entry_of(principal: str, ticket: Ticket, *, is_read: bool) -> str:
    """Put an entry into the inbox of the member whom the principal acts for, and return its id."""
    name = OWNERS.get(principal, principal).capitalize()
    member = await Member.get(workspace_id=ticket.workspace_id, name=name)
    event = await Event.filter(workspace_id=ticket.workspace_id, ticket_id=ticket.id).order_by("seq").first()
    entry = await cast.told(member, event)
    await Notification.filter(workspace_id=ticket.workspace_id, id=entry.id).update(
        read_at=ticket.created_at if is_read else None
    )
    return id_of(entry)


PLAIN: dict[str, object] = {
    "title": "Another title",
    "body": "A body",
    "reason": "A reason",
    "isInternal": True,
    "name": "Another name",
    "bytes": 4,
    "scopes": ["READ"],
    "email": "new@x.example",
    "currentPassword": cast.PASSWORD,
    "newPassword": "another password",
    "emails": [{"kind": "ASSIGNED", "isEmailed": False}],
    "change": {"priority": "URGENT"},
}
"""What an input says that is no id."""


async def _written(
    ada: cast.Somebody, ticket: Ticket, mutation: str, principal: str = "ada"
) -> tuple[str, dict[str, object]]:
    """Return the mutation with an input that changes something."""
    ids = await cast.one_of_each(ada.actor, ticket)
    other = await cast.label(ada.actor, "Another label")
    failed = id_of(await cast.failed_reply(ada.actor, ticket))
    if mutation in READY:
        await READY[mutation](ticket)
    duplicate = await cast.duplicate_of(ticket, ada.actor, merged=mutation == "ticketUnmerge")
    values = PLAIN | {
        "primaryTicketId": ids["Ticket"],
        "duplicateTicketId": id_of(duplicate),
        "ticketId": ids["Ticket"],
        "commentId": failed,
        "assigneeId": ids["Member"],
        "apiKeyId": ids["ApiKey"],
        "invitationId": ids["Invitation"],
        "notificationId": await _entry_of(principal, ticket, is_read=mutation.endswith("Unread")),
        "labelId": ids["Label"],
        "viewId": ids["View"],
        "contactId": ids["Contact"],
        "cannedResponseId": ids["CannedResponse"],
        "labelIds": [id_of(other) if mutation == "ticketAddLabels" else ids["Label"]],
        "intoLabelId": id_of(other),
        "memberId": id_of(await _grace(ticket)),
        "tickets": {"ids": [ids["Ticket"]]},
        "bulkChangeId": ids["BulkChange"],
    }

    def sample(*path: str) -> object:
        return values.get(path[1]) if len(path) == 2 else None

    return schema_walk.document(schema_walk.DESK, "Mutation", mutation, sample)


async def _rows(ticket: Ticket) -> dict[str, str | None]:
    """Return what a mutation can change: not what a key that is used leaves on itself."""
    sums = await sums_of(ticket.workspace_id)
    return {table: sum_ for table, sum_ in sums.items() if table != "api_key"}
