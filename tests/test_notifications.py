"""One's own inbox: what it lists, reading it off, the mails that it saves, and being told live."""

import cast
import pytest
from inboxes import Inboxes

from jobs.relay import work_off
from models import engine
from resolvers import assignments, comments, followers
from schema.nodes import id_of

INBOX = """
query ($unread: Boolean = false, $first: Int) { viewer { unreadNotificationCount
  notifications(unreadOnly: $unread, first: $first) { totalCount nodes { id kind text isRead count
    ticket { reference } tickets { reference } comment { body } event { kind }
    actor { __typename ... on Member { name } } } } } }"""
READ = """
mutation ($id: ID!) { notificationMarkRead(input: { notificationId: $id }) {
  errors { code } unreadNotificationCount notification { isRead } } }"""
UNREAD = """
mutation ($id: ID!) { notificationMarkUnread(input: { notificationId: $id }) {
  errors { code } unreadNotificationCount notification { isRead } } }"""
ALL_READ = """
mutation ($ticket: ID, $newest: ID) {
  notificationMarkAllRead(input: { ticketId: $ticket, newestId: $newest }) {
    errors { code } unreadNotificationCount } }"""
CHOOSE = """
mutation ($emails: [NotificationEmailInput!]!) {
  viewerUpdateNotificationPreferences(input: { emails: $emails }) {
    errors { code path } notificationPreferences { kind isEmailed } } }"""
ADDED = """
subscription ($after: EventCursor) { notificationAdded(after: $after) {
  type eventCursor unreadCount notification { text count } } }"""
TOLD = "Ada assigned TKT-0001 to you"


@pytest.fixture
def inboxes(desk, database_url, tmp_path, monkeypatch) -> Inboxes:
    return Inboxes.of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
async def assigned(inboxes, ada, grace, ticket):
    """Carl's ticket, which Ada has given to Grace."""
    await inboxes.forget()
    await assignments.assign(ada.actor, ticket.id, grace.member.id)
    await work_off()
    return ticket


async def inbox(web, somebody: cast.Somebody, **variables: object) -> dict:
    return (await web.run(INBOX, somebody.key, **variables))["viewer"]


async def test_an_entry_says_what_happened_and_who_did_it(web, assigned, grace):
    seen = await inbox(web, grace)

    [entry] = seen["notifications"]["nodes"]
    assert entry.pop("id")
    assert entry == {
        "kind": "ASSIGNED",
        "text": TOLD,
        "isRead": False,
        "count": 1,
        "ticket": {"reference": "TKT-0001"},
        "tickets": [{"reference": "TKT-0001"}],
        "comment": None,
        "event": {"kind": "ASSIGNED"},
        "actor": {"__typename": "Member", "name": "Ada"},
    }
    assert (seen["unreadNotificationCount"], seen["notifications"]["totalCount"]) == (1, 1)


async def test_reading_counts_down_and_unreading_up_again(web, assigned, grace):
    [entry] = (await inbox(web, grace))["notifications"]["nodes"]

    read = (await web.run(READ, grace.key, id=entry["id"]))["notificationMarkRead"]
    left = await inbox(web, grace, unread=True)
    unread = (await web.run(UNREAD, grace.key, id=entry["id"]))["notificationMarkUnread"]

    assert read == {"errors": [], "unreadNotificationCount": 0, "notification": {"isRead": True}}
    assert left["notifications"] == {"totalCount": 0, "nodes": []}
    assert unread == {"errors": [], "unreadNotificationCount": 1, "notification": {"isRead": False}}


async def test_all_is_read_of_one_ticket_or_up_to_what_was_seen(web, assigned, desk, ada, grace):
    other = await cast.ticket_of(desk.carl, ada.actor, "The door")
    for row in (other, await cast.ticket_of(desk.carl, ada.actor, "The roof")):
        await assignments.assign(ada.actor, row.id, grace.member.id)
    await work_off()
    newest, middle, _ = (await inbox(web, grace))["notifications"]["nodes"]

    async def left(**which: str) -> int:
        return (await web.run(ALL_READ, grace.key, **which))["notificationMarkAllRead"][
            "unreadNotificationCount"
        ]

    assert newest["ticket"] == {"reference": "TKT-0003"}
    assert await left(ticket=id_of(other)) == 2
    assert await left(newest=middle["id"]) == 1
    assert await left() == 0


async def test_nobody_sees_or_reads_anothers_inbox(web, assigned, ada, grace, olga, eve):
    [entry] = (await inbox(web, grace))["notifications"]["nodes"]

    for somebody in (ada, olga, eve):
        assert (await inbox(web, somebody))["notifications"]["nodes"] == []
        refused = (await web.run(READ, somebody.key, id=entry["id"]))["notificationMarkRead"]
        assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
        node = "query ($id: ID!) { node(id: $id) { id } }"
        assert (await web.run(node, somebody.key, id=entry["id"]))["node"] is None


async def test_an_inbox_of_many_takes_as_many_statements_as_one_of_few(web, desk, ada, grace):
    counts: list[int] = []
    for nth in range(4):
        row = await cast.ticket_of(desk.carl, ada.actor, f"Ticket {nth}")
        await comments.note(ada.actor, row.id, "Look.", frozenset({grace.member.id}))
        await work_off()
        heard: list[str] = []
        engine.watchers.append(heard.append)
        await inbox(web, grace)
        engine.watchers.remove(heard.append)
        counts.append(len(heard))

    assert len(set(counts)) == 1


async def test_a_kind_of_mail_that_was_turned_off_is_not_sent_and_the_inbox_has_it(
    web, inboxes, ada, grace, ticket
):
    await inboxes.forget()
    off = [{"kind": "ASSIGNED", "isEmailed": False}]

    payload = (await web.run(CHOOSE, grace.key, emails=off))["viewerUpdateNotificationPreferences"]
    await assignments.assign(ada.actor, ticket.id, grace.member.id)

    assert payload["notificationPreferences"] == [
        {"kind": "CREATED", "isEmailed": True},
        {"kind": "ASSIGNED", "isEmailed": False},
        {"kind": "MENTIONED", "isEmailed": True},
    ]
    assert await inboxes.told() == {"Grace": [TOLD]}
    assert await inboxes.mailed_later() == {}


async def test_a_kind_that_is_turned_on_again_is_mailed_and_others_stay_as_they_are(web, grace):
    for is_on in (False, False, True):
        emails = [{"kind": "ASSIGNED", "isEmailed": is_on}]
        payload = (await web.run(CHOOSE, grace.key, emails=emails))["viewerUpdateNotificationPreferences"]

    assert [each["isEmailed"] for each in payload["notificationPreferences"]] == [True, True, True]


async def test_a_kind_that_is_never_mailed_cannot_be_chosen(web, grace):
    emails = [{"kind": "ESCALATED", "isEmailed": True}]

    payload = (await web.run(CHOOSE, grace.key, emails=emails))["viewerUpdateNotificationPreferences"]

    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("BAD_USER_INPUT", ["input", "emails"])
    ]


async def test_being_told_stands_in_no_timeline(web, assigned, ada):
    query = """query ($id: ID!) {
        ticket(id: $id) { timeline { totalCount nodes { ... on TicketEvent { kind } } } } }"""

    timeline = (await web.run(query, ada.key, id=id_of(assigned)))["ticket"]["timeline"]

    assert timeline == {"totalCount": 2, "nodes": [{"kind": "CREATED"}, {"kind": "ASSIGNED"}]}


async def test_an_entry_appears_on_its_members_open_screens_and_on_no_others(
    web, inboxes, ada, grace, olga, eve, ticket
):
    await followers.follow(olga.actor, ticket.id)
    cursor = await web.cursor(grace.key)
    async with web.socket(grace.key) as hers, web.socket(olga.key) as olgas, web.socket(eve.key) as eves:
        watching = [await socket.subscribe(ADDED) for socket in (hers, olgas, eves)]
        await web.joined(3)

        await assignments.assign(ada.actor, ticket.id, grace.member.id)
        await work_off()
        await comments.reply(ada.actor, ticket.id, "On our way.")
        await work_off()

        told = (await hers.next(watching[0]))["data"]["notificationAdded"]
        first_of_olga = (await olgas.next(watching[1]))["data"]["notificationAdded"]
    assert (told["type"], told["unreadCount"]) == ("EVENT", 1)
    assert told["notification"] == {"text": TOLD, "count": 1}
    assert first_of_olga["notification"]["text"] == "Ada replied on TKT-0001"
    async with web.socket(grace.key) as socket:
        again = await socket.next(await socket.subscribe(ADDED, after=cursor))
    assert again["data"]["notificationAdded"]["notification"] == told["notification"]
