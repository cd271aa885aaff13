"""The archive: who puts tickets away and brings them back, and what is left out of reach there."""

import cast
import pytest

from models.errors import Conflict, Forbidden, NotFound, StaleObject
from models.events import Kind
from models.ticket_enums import Channel, Status
from resolvers import access, archive, comments, tickets, tokens
from schema.nodes import id_of

ARCHIVE = """
mutation ($input: TicketArchiveInput!) { ticketArchive(input: $input) {
  errors { code } ticket { archivedAt updatedAt viewerCanUpdate viewerCanReply viewerCanArchive
                           viewerCanRestore viewerCanMerge viewerCanResolve }
} }"""
RESTORE = """
mutation ($input: TicketRestoreInput!) { ticketRestore(input: $input) {
  errors { code } ticket { archivedAt status version }
} }"""


async def test_an_archived_ticket_is_in_no_list_and_may_only_be_restored(web, olga, ticket):
    payload = (await web.run(ARCHIVE, olga.key, input={"ticketId": id_of(ticket)}))["ticketArchive"]

    shown = payload["ticket"]
    assert (payload["errors"], shown["archivedAt"]) == ([], shown["updatedAt"])
    assert [name for name, value in shown.items() if value is True] == ["viewerCanRestore"]
    assert (await web.run("{ tickets { nodes { id } } }", olga.key))["tickets"]["nodes"] == []


async def test_a_restored_ticket_is_as_it_was(web, olga, ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"status": Status.WAITING})
    await archive.archive(olga.actor, ticket.id)

    payload = (await web.run(RESTORE, olga.key, input={"ticketId": id_of(ticket)}))["ticketRestore"]

    assert payload == {"errors": [], "ticket": {"archivedAt": None, "status": "WAITING", "version": 4}}
    events = await access.events(ada.actor).filter(seq__gt=2).order_by("seq")
    assert [(event.kind, event.is_public, event.changes) for event in events] == [
        (Kind.ARCHIVED, False, {"archived": [False, True]}),
        (Kind.RESTORED, False, {"archived": [True, False]}),
    ]


async def test_the_delete_permission_can_be_given_to_an_agent(ada, ticket):
    with pytest.raises(Forbidden):
        await archive.archive(ada.actor, ticket.id)
    ada.member.may_delete = True
    trusted = cast.Actor(ada.actor.kind, ada.actor.workspace_id, ada.member.permissions, ada.member.id)

    assert (await archive.archive(trusted, ticket.id)).archived_at is not None


async def test_what_is_archived_is_not_archived_again_and_what_is_not_is_not_restored(olga, ticket):
    with pytest.raises(Conflict, match="not archived"):
        await archive.restore(olga.actor, ticket.id)
    await archive.archive(olga.actor, ticket.id)

    with pytest.raises(Conflict, match="archived already"):
        await archive.archive(olga.actor, ticket.id)


async def test_members_do_not_edit_answer_or_note_on_an_archived_ticket(ada, olga, ticket):
    await archive.archive(olga.actor, ticket.id)

    for attempt in (
        tickets.update(ada.actor, ticket.id, {"title": "Renamed"}),
        comments.reply(ada.actor, ticket.id, "Hello."),
        comments.note(ada.actor, ticket.id, "Hello."),
    ):
        with pytest.raises(Conflict, match="Restore it first"):
            await attempt
    assert await access.head(ada.actor) == 2


async def test_a_message_of_the_customer_brings_an_archived_ticket_back(ada, olga, ticket):
    await archive.archive(olga.actor, ticket.id)
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))

    await comments.customer_reply(carl, "Hello?", Channel.PORTAL)

    assert (await access.tickets(ada.actor).get(id=ticket.id)).archived_at is None


async def test_a_ticket_that_changed_meanwhile_is_neither_archived_nor_restored(ada, olga, ticket):
    await tickets.update(ada.actor, ticket.id, {"title": "Renamed"})

    with pytest.raises(StaleObject):
        await archive.archive(olga.actor, ticket.id, expected_version=1)
    await archive.archive(olga.actor, ticket.id, expected_version=2)
    with pytest.raises(StaleObject):
        await archive.restore(olga.actor, ticket.id, expected_version=2)


async def test_eve_archives_and_restores_no_ticket_of_another_workspace(eve, olga, ticket):
    with pytest.raises(NotFound):
        await archive.archive(eve.actor, ticket.id)
    await archive.archive(olga.actor, ticket.id)

    with pytest.raises(NotFound):
        await archive.restore(eve.actor, ticket.id)
