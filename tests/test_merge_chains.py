"""Tickets that were merged one into the next: where what is written lands, and undoing one of the merges."""

import asyncio
import random
from collections import Counter
from itertools import pairwise

import cast
import pytest

from models.actors import Actor
from models.comments import Comment
from models.errors import Conflict, DeskError
from models.labels import Label, LabelColor, TicketLabel
from models.ticket_enums import Channel, Status
from models.tickets import Ticket
from resolvers import access, comments, duplicates, followers, merges, tickets, timelines, tokens
from resolvers.lists import Window

WRITERS, TRIES = 16, 12  # of the storm: some four seconds of it


@pytest.fixture
async def chain(desk: cast.Desk, ticket: Ticket) -> list[Ticket]:
    """Three tickets of Carl's, TKT-0001 to 3, not merged yet. On each was said which it is."""
    others = [await cast.duplicate_of(ticket, desk.ada.actor, merged=False) for _ in range(2)]
    for each in (ticket, *others):
        await comments.note(desk.ada.actor, each.id, each.reference)
    return [ticket, *others]


async def join_all(by: Actor, chain: list[Ticket]) -> None:
    """Merge each into the next one."""
    for duplicate, primary in pairwise(chain):
        await merges.merge(by, primary.id, duplicate.id)


async def said(by: Actor, ticket: Ticket) -> list[str]:
    """Return what was said on the ticket and is not about merges, as its timeline has it."""
    [page] = await timelines.timelines(by, [ticket.id], Window(100))
    ids = [event.new_comment_id for event in page.rows if event.new_comment_id is not None]
    rows = {row.id: row for row in await access.comments(by).filter(id__in=ids)}
    assert {row.ticket_id for row in rows.values()} <= {ticket.id}
    return [rows[id_].body for id_ in ids if "merged into" not in rows[id_].body]


async def written(by: Actor, ticket: Ticket, body: str) -> Comment:
    """Let Carl write by the link of the ticket."""
    carl = await tokens.authenticate(await cast.token_of(ticket, by))
    return await comments.customer_reply(carl, body, Channel.PORTAL)


async def test_all_that_was_said_comes_to_the_end_of_the_chain(ada, chain):
    await join_all(ada.actor, chain)

    assert await said(ada.actor, chain[2]) == ["TKT-0001", "TKT-0002", "TKT-0003"]
    assert [await said(ada.actor, each) for each in chain[:2]] == [[], []]
    came = await access.comments(ada.actor).filter(ticket_id=chain[2].id, body="TKT-0001")
    assert [row.moved_from_id for row in came] == [chain[0].id]


@pytest.mark.parametrize("nth", [0, 1, 2])
async def test_what_a_customer_writes_lands_on_the_live_ticket(ada, chain, nth):
    await join_all(ada.actor, chain)
    await tickets.update(ada.actor, chain[2].id, {"status": Status.RESOLVED})

    comment = await written(ada.actor, chain[nth], "It burns again.")

    live = await access.tickets(ada.actor).get(id=chain[2].id)
    assert (comment.ticket_id, comment.moved_from_id) == (live.id, None)
    assert live.status is Status.OPEN
    assert {row.status for row in await access.tickets(ada.actor).filter(id__lt=live.id)} == {Status.CLOSED}


async def test_a_duplicate_in_the_middle_is_taken_out_with_what_had_joined_it(ada, chain):
    await join_all(ada.actor, chain)
    await comments.note(ada.actor, chain[2].id, "Later.")

    await merges.unmerge(ada.actor, chain[1].id)

    assert await said(ada.actor, chain[1]) == ["TKT-0001", "TKT-0002"]
    assert await said(ada.actor, chain[2]) == ["TKT-0003", "Later."]
    assert await duplicates.chain(ada.actor, chain[0].id) == [chain[0].id, chain[1].id]


async def test_a_duplicate_is_taken_out_of_the_ticket_that_its_primary_has_joined_since(ada, chain):
    await join_all(ada.actor, chain)
    before = [row.version for row in await access.tickets(ada.actor).order_by("id")]

    await merges.unmerge(ada.actor, chain[0].id)

    assert await said(ada.actor, chain[0]) == ["TKT-0001"]
    assert await said(ada.actor, chain[2]) == ["TKT-0002", "TKT-0003"]
    after = [row.version for row in await access.tickets(ada.actor).order_by("id")]
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 1]


async def test_what_was_taken_out_and_merged_elsewhere_stays_there(ada, chain):
    await join_all(ada.actor, chain)
    await merges.unmerge(ada.actor, chain[0].id)
    await merges.merge(ada.actor, chain[2].id, chain[0].id)

    await merges.unmerge(ada.actor, chain[1].id)

    assert await said(ada.actor, chain[1]) == ["TKT-0002"]
    assert await said(ada.actor, chain[2]) == ["TKT-0001", "TKT-0003"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_undoing_all_of_a_chain_puts_all_back(ada, chain, order):
    label = await Label.create(
        workspace_id=ada.actor.workspace_id, name="hot", color=LabelColor.RED, created_at=chain[0].created_at
    )
    await TicketLabel.create(workspace_id=label.workspace_id, ticket_id=chain[0].id, label_id=label.id)
    await join_all(ada.actor, chain)
    joined = await access.ticket_labels(ada.actor).values_list("ticket_id", flat=True)

    for nth in order:
        await merges.unmerge(ada.actor, chain[nth].id)

    assert [await said(ada.actor, each) for each in chain] == [["TKT-0001"], ["TKT-0002"], ["TKT-0003"]]
    assert sorted(joined) == [each.id for each in chain]
    assert await access.ticket_labels(ada.actor).values_list("ticket_id", flat=True) == [chain[0].id]
    assert not await access.comments(ada.actor).filter(moved_from_id__isnull=False).exists()
    assert not await access.comments(ada.actor).filter(appeared_seq__isnull=False).exists()


async def test_a_label_that_the_live_ticket_had_itself_stays_when_a_merge_is_undone(ada, chain):
    label = await Label.create(
        workspace_id=ada.actor.workspace_id, name="hot", color=LabelColor.RED, created_at=chain[0].created_at
    )
    for on in (chain[0], chain[2]):
        await TicketLabel.create(workspace_id=label.workspace_id, ticket_id=on.id, label_id=label.id)
    await join_all(ada.actor, chain)

    await merges.unmerge(ada.actor, chain[0].id)

    links = await access.ticket_labels(ada.actor).order_by("ticket_id").values_list("ticket_id", flat=True)
    assert links == [chain[0].id, chain[2].id]


async def test_followers_come_along_and_go_back(ada, grace, olga, chain):
    for somebody, followed in ((grace, chain[0]), (olga, chain[0]), (olga, chain[2])):
        await followers.follow(somebody.actor, followed.id)
    await join_all(ada.actor, chain)
    joined = await access.followers(ada.actor).filter(ticket_id=chain[2].id).count()

    await merges.unmerge(ada.actor, chain[0].id)

    rows = access.followers(ada.actor).filter(ticket_id__in=[each.id for each in chain[1:]])
    assert joined == 2
    assert await rows.values_list("member_id", flat=True) == [olga.member.id]


async def test_a_storm_of_merges_leaves_a_forest_and_every_comment_once(desk, ada, grace, ticket):
    chance = random.Random(11)
    ids = [ticket.id] + [(await cast.ticket_of(desk.carl, ada.actor, f"{n}")).id for n in range(5)]
    for ticket_id in ids:
        await comments.note(ada.actor, ticket_id, f"On {ticket_id}.")
    refusals: Counter[str] = Counter()

    async def storm(by: Actor, number: int) -> None:
        for nth in range(TRIES):
            one, other = chance.sample(ids, 2)
            try:
                if nth % 3 == 0:
                    await merges.unmerge(by, one)
                elif nth % 3 == 1:
                    await written(
                        by, Ticket(id=one, workspace_id=by.workspace_id, contact_id=desk.carl.id), "Hm."
                    )
                else:
                    await merges.merge(by, one, other)
            except DeskError as refusal:
                refusals[refusal.message.partition(" ")[2] or refusal.message] += 1

    await asyncio.gather(*(storm((ada, grace)[number % 2].actor, number) for number in range(WRITERS)))

    rows = {row.id: row for row in await access.tickets(ada.actor)}
    for row in rows.values():
        assert not [
            id_ for id_, times in Counter(await duplicates.chain(ada.actor, row.id)).items() if times > 1
        ]
        assert (row.merged_into_id is None) == (row.merged_at is None)
    bodies = Counter(row.body for row in await access.comments(ada.actor) if row.body.startswith("On "))
    assert bodies == Counter(f"On {ticket_id}." for ticket_id in ids)
    for comment in await access.comments(ada.actor).filter(body__startswith="On "):
        home = int(comment.body.removeprefix("On ").rstrip("."))
        assert comment.ticket_id == (await duplicates.chain(ada.actor, home))[-1]
    for comment in await access.comments(ada.actor).filter(body="Hm."):
        home = comment.moved_from_id or comment.ticket_id
        assert comment.ticket_id == (await duplicates.chain(ada.actor, home))[-1]
    assert not [words for words in refusals if "changing this right now" in words or "too long" in words]


async def test_a_ticket_that_is_merged_on_while_a_customer_writes_is_followed(ada, chain):
    await merges.merge(ada.actor, chain[1].id, chain[0].id)

    landed, _ = await asyncio.gather(
        written(ada.actor, chain[0], "Hello?"), merges.merge(ada.actor, chain[2].id, chain[1].id)
    )

    row = await access.comments(ada.actor).get(id=landed.id)
    assert row.ticket_id == chain[2].id


async def test_what_is_merged_cannot_be_taken_out_twice(ada, chain):
    await merges.merge(ada.actor, chain[1].id, chain[0].id)
    await merges.unmerge(ada.actor, chain[0].id)

    with pytest.raises(Conflict):
        await merges.unmerge(ada.actor, chain[0].id)
