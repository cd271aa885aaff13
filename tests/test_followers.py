"""Following tickets, and whom notes mention."""

from collections.abc import Iterator

import cast
import pytest

from models import engine, followers
from models.clock import now
from models.members import Member
from resolvers import comments
from schema.nodes import id_of

FOLLOW = """
mutation ($id: ID!) { ticketFollow(input: { ticketId: $id }) {
  errors { code message } ticket { viewerIsFollowing version followers { name } } } }"""
UNFOLLOW = """
mutation ($id: ID!) { ticketUnfollow(input: { ticketId: $id }) {
  errors { code } ticket { viewerIsFollowing followers { name } } } }"""
FOLLOWERS = "query ($id: ID!) { ticket(id: $id) { viewerIsFollowing followers { name } } }"
NOTE = """
mutation ($id: ID!, $mentioned: [ID!]) {
  ticketAddNote(input: { ticketId: $id, body: "Look at this.", mentionIds: $mentioned }) {
    errors { code message path } comment { mentions { name } } ticket { followers { name } } } }"""


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that are run from now on."""
    heard: list[str] = []
    engine.watchers.append(heard.append)
    yield heard
    engine.watchers.remove(heard.append)


async def test_who_follows_a_ticket_stands_on_it(web, ada, grace, ticket):
    await web.run(FOLLOW, grace.key, id=id_of(ticket))

    followed = (await web.run(FOLLOW, ada.key, id=id_of(ticket)))["ticketFollow"]["ticket"]

    assert followed == {
        "viewerIsFollowing": True,
        "version": 1,
        "followers": [{"name": "Ada"}, {"name": "Grace"}],
    }


async def test_following_twice_is_following_once(web, ada, ticket):
    await web.run(FOLLOW, ada.key, id=id_of(ticket))

    payload = (await web.run(FOLLOW, ada.key, id=id_of(ticket)))["ticketFollow"]

    assert (payload["errors"], payload["ticket"]["followers"]) == ([], [{"name": "Ada"}])


async def test_who_follows_no_longer_is_gone_from_the_ticket_and_others_stay(web, ada, grace, ticket):
    await web.run(FOLLOW, ada.key, id=id_of(ticket))
    await web.run(FOLLOW, grace.key, id=id_of(ticket))

    left = (await web.run(UNFOLLOW, ada.key, id=id_of(ticket)))["ticketUnfollow"]["ticket"]

    assert left == {"viewerIsFollowing": False, "followers": [{"name": "Grace"}]}


async def test_a_removed_member_is_no_follower(web, ada, grace, ticket):
    await web.run(FOLLOW, grace.key, id=id_of(ticket))
    await Member.filter(workspace_id=grace.actor.workspace_id, id=grace.member.id).update(removed_at=now())

    seen = (await web.run(FOLLOWERS, ada.key, id=id_of(ticket)))["ticket"]

    assert seen == {"viewerIsFollowing": False, "followers": []}


async def test_a_ticket_has_so_many_followers_and_no_more(web, ada, grace, ticket, monkeypatch):
    monkeypatch.setattr("resolvers.followers.MOST_FOLLOWERS", 1)
    await web.run(FOLLOW, ada.key, id=id_of(ticket))

    refused = (await web.run(FOLLOW, grace.key, id=id_of(ticket)))["ticketFollow"]
    again = (await web.run(FOLLOW, ada.key, id=id_of(ticket)))["ticketFollow"]

    assert [error["code"] for error in refused["errors"]] == ["CONFLICT"]
    assert again["errors"] == []
    assert followers.MOST_FOLLOWERS == 100


async def test_eve_cannot_follow_a_ticket_of_another_workspace(web, eve, ticket):
    refused = (await web.run(FOLLOW, eve.key, id=id_of(ticket)))["ticketFollow"]

    assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]


async def test_whom_a_note_mentions_stands_on_it_and_follows_the_ticket(web, ada, grace, vic, ticket):
    mentioned = [id_of(grace.member), id_of(vic.member), id_of(grace.member)]

    payload = (await web.run(NOTE, ada.key, id=id_of(ticket), mentioned=mentioned))["ticketAddNote"]

    both = [{"name": "Grace"}, {"name": "Vic"}]
    assert payload == {"errors": [], "comment": {"mentions": both}, "ticket": {"followers": both}}


async def test_a_note_that_mentions_nobody_has_no_mentions(web, ada, ticket):
    payload = (await web.run(NOTE, ada.key, id=id_of(ticket)))["ticketAddNote"]

    assert payload == {"errors": [], "comment": {"mentions": []}, "ticket": {"followers": []}}


async def test_a_member_of_another_workspace_or_one_removed_cannot_be_mentioned(web, ada, grace, eve, ticket):
    await Member.filter(workspace_id=grace.actor.workspace_id, id=grace.member.id).update(removed_at=now())

    for somebody in (eve, grace):
        mentioned = [id_of(somebody.member)]
        payload = (await web.run(NOTE, ada.key, id=id_of(ticket), mentioned=mentioned))["ticketAddNote"]

        assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]


async def test_a_note_mentions_at_most_twenty(web, ada, ticket, monkeypatch):
    monkeypatch.setattr("resolvers.mentions.MOST_MENTIONS", 0)

    payload = (await web.run(NOTE, ada.key, id=id_of(ticket), mentioned=[id_of(ada.member)]))["ticketAddNote"]

    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("BAD_USER_INPUT", ["input", "mentionIds"])
    ]


async def test_those_of_many_tickets_take_as_many_statements_as_those_of_one(
    web, desk, ada, grace, statements
):
    query = """{ tickets { nodes { viewerIsFollowing followers { name }
        timeline { nodes { ... on Comment { mentions { name } } } } } } }"""
    counts = []
    for nth in range(3):
        ticket = await cast.ticket_of(desk.carl, ada.actor, f"Ticket {nth}")
        await comments.note(ada.actor, ticket.id, "Look.", frozenset({grace.member.id}))
        statements.clear()
        await web.run(query, ada.key)
        counts.append(len(statements))

    assert counts[0] == counts[1] == counts[2] > 0
