"""Files: announced, uploaded, sent with messages, and seen by whoever sees those."""

import cast
import pytest
from uploads import PNG, announced, read, uploaded

from models import clock, engine
from models.attachments import Attachment
from models.contacts import Contact
from models.tickets import Ticket
from resolvers import attachments, comments
from schema.ids import global_id
from schema.nodes import id_of
from settings import settings

PUBLIC = "/public/graphql"
FILES = "{ id name bytes mediaType isImage url previewUrl }"
REPLY = f"""
mutation ($input: TicketReplyInput!) {{ ticketReply(input: $input) {{
  errors {{ code path message }} comment {{ id attachments {FILES} }} }} }}"""
NOTE = f"""
mutation ($input: TicketAddNoteInput!) {{ ticketAddNote(input: $input) {{
  errors {{ code path }} comment {{ attachments {FILES} }} }} }}"""
CREATE = """
mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) {
  errors { code path } ticket { attachments { totalCount nodes { name comment { id } } } } } }"""
LIST = """
query ($first: Int, $after: String) { tickets { nodes { attachments(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { name author { ... on Member { name } } } } } } }"""
SEEN = f"""
{{ ticket {{ attachments {{ totalCount nodes {FILES} }} timeline {{ nodes {{
  ... on Comment {{ body attachments {FILES} }} }} }} }} }}"""
NODE = "query ($id: ID!) { node(id: $id) { ... on Attachment { name url } } }"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where the test's files lie."""
    monkeypatch.setattr(settings, "data", tmp_path)
    return tmp_path / "attachments"


@pytest.fixture
async def token(ada: cast.Somebody, ticket) -> str:
    """What opens Carl's ticket to him."""
    return await cast.token_of(ticket, ada.actor)


def _reply(ticket: Ticket, *ids: str, body: str = "See the picture.") -> dict[str, object]:
    return {"ticketId": id_of(ticket), "body": body, "attachmentIds": list(ids)}


async def test_a_file_is_announced_uploaded_sent_and_read(web, ada, ticket):
    file = await uploaded(web, ada.key, PNG)

    payload = (await web.run(REPLY, ada.key, input=_reply(ticket, file)))["ticketReply"]

    [shown] = payload["comment"]["attachments"]
    assert payload["errors"] == []
    assert (shown["id"], shown["name"], shown["bytes"]) == (file, "photo.png", len(PNG))
    assert (shown["mediaType"], shown["isImage"]) == ("image/png", True)
    answer = await read(web, shown["url"])
    assert (answer.status_code, answer.content) == (200, PNG)


async def test_a_ticket_begins_with_files_of_its_own(web, ada):
    file = await uploaded(web, ada.key, name="log.txt")

    payload = await web.run(CREATE, ada.key, input={"title": "Help", "attachmentIds": [file]})
    shown = payload["ticketCreate"]["ticket"]["attachments"]

    assert shown == {"totalCount": 1, "nodes": [{"name": "log.txt", "comment": None}]}


async def test_a_tickets_files_are_read_page_by_page(web, ada, ticket):
    note = await comments.note(ada.actor, ticket.id, "Files.")
    for name in ("a", "b", "c"):
        await cast.attachment(ada.actor, name, on=note)

    first = (await web.run(LIST, ada.key, first=2))["tickets"]["nodes"][0]["attachments"]
    after = first["pageInfo"]["endCursor"]
    rest = (await web.run(LIST, ada.key, first=2, after=after))["tickets"]["nodes"][0]["attachments"]

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    assert [node["name"] for node in first["nodes"] + rest["nodes"]] == ["a", "b", "c"]
    assert rest["nodes"][0]["author"] == {"name": "Ada"} and not rest["pageInfo"]["hasNextPage"]


async def test_a_file_is_sent_once(web, ada, ticket):
    file = await uploaded(web, ada.key)
    await web.run(REPLY, ada.key, input=_reply(ticket, file))

    again = (await web.run(REPLY, ada.key, input=_reply(ticket, file)))["ticketReply"]

    assert [(e["code"], e["path"]) for e in again["errors"]] == [("CONFLICT", ["input", "attachmentIds"])]


async def test_a_file_without_its_bytes_is_not_sent_nor_is_the_message(web, ada, ticket):
    file = (await announced(web, ada.key, 4))["attachment"]["id"]
    before = ticket.version

    payload = (await web.run(REPLY, ada.key, input=_reply(ticket, file)))["ticketReply"]

    assert ([error["code"] for error in payload["errors"]], payload["comment"]) == (["CONFLICT"], None)
    assert (await Ticket.get(workspace_id=ticket.workspace_id, id=ticket.id)).version == before


@pytest.mark.parametrize("who", ["grace", "eve"])
async def test_what_somebody_else_has_uploaded_cannot_be_sent_or_seen(web, desk, ada, ticket, who):
    somebody = getattr(desk, who)
    file = await uploaded(web, somebody.key)

    payload = (await web.run(REPLY, ada.key, input=_reply(ticket, file)))["ticketReply"]
    unknown = await web.run(REPLY, ada.key, input=_reply(ticket, global_id("Attachment", 2**40)))

    assert payload == unknown["ticketReply"] and payload["errors"][0]["code"] == "NOT_FOUND"
    assert (await web.run(NODE, ada.key, id=file))["node"] is None
    assert (await web.run(NODE, somebody.key, id=file))["node"] is not None


async def test_too_many_files_on_one_message_are_refused(web, ada, ticket, monkeypatch):
    monkeypatch.setattr(settings, "attachments_most", 2)
    files = [await uploaded(web, ada.key) for _ in range(3)]

    refused = (await web.run(REPLY, ada.key, input=_reply(ticket, *files)))["ticketReply"]
    taken = (await web.run(REPLY, ada.key, input=_reply(ticket, *files[:2])))["ticketReply"]

    assert [(e["code"], e["path"]) for e in refused["errors"]] == [
        ("BAD_USER_INPUT", ["input", "attachmentIds"])
    ]
    assert len(taken["comment"]["attachments"]) == 2


async def test_a_viewer_announces_nothing(web, vic):
    payload = await announced(web, vic.key, 4)

    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
    assert (payload["attachment"], payload["uploadUrl"]) == (None, None)


@pytest.mark.parametrize("size", [-1, 0, 25 * 1024 * 1024 + 1])
async def test_an_empty_file_and_one_that_is_too_large_are_not_announced(web, ada, size):
    payload = await announced(web, ada.key, size)

    assert [(e["code"], e["path"]) for e in payload["errors"]] == [("BAD_USER_INPUT", ["input", "bytes"])]


async def test_the_largest_file_is_announced(web, ada, ticket, token):
    assert (await announced(web, ada.key, 25 * 1024 * 1024))["errors"] == []
    assert (await announced(web, token, 10 * 1024 * 1024, path=PUBLIC))["errors"] == []
    assert (await announced(web, token, 10 * 1024 * 1024 + 1, path=PUBLIC))["errors"] != []


async def test_somebody_with_a_hundred_files_waiting_announces_no_more(web, ada, grace, clock):
    for _ in range(100):
        await attachments.stage(ada.actor, "a", 1)

    refused = await announced(web, ada.key, 4)
    other = await announced(web, grace.key, 4)
    clock.move(hours=25)

    assert [error["code"] for error in refused["errors"]] == ["CONFLICT"]
    assert other["errors"] == [] and (await announced(web, ada.key, 4))["errors"] == []


async def test_the_same_announcement_is_the_same_file_and_link(web, ada, clock):
    first = await announced(web, ada.key, 4, idempotencyKey="k1")
    clock.move(minutes=1)
    again = await announced(web, ada.key, 4, idempotencyKey="k1")

    assert again == first
    assert await Attachment.filter(workspace_id=ada.actor.workspace_id).count() == 1


async def test_a_customer_sends_a_file_and_sees_the_teams(web, ada, ticket, token):
    await cast.attachment(ada.actor, "answer.png", on=await comments.reply(ada.actor, ticket.id, "Here."))
    file = await uploaded(web, token, PNG, "mine.png", path=PUBLIC)

    await web.run(
        'mutation ($ids: [ID!]) { ticketReply(input: {body: "Look.", attachmentIds: $ids})'
        " { errors { code } } }",
        token,
        path=PUBLIC,
        ids=[file],
    )

    seen = (await web.run(SEEN, token, path=PUBLIC))["ticket"]
    said = {node["body"]: node["attachments"] for node in seen["timeline"]["nodes"] if "body" in node}
    assert [file["name"] for file in said["Here."] + said["Look."]] == ["answer.png", "mine.png"]
    assert seen["attachments"]["totalCount"] == 2
    assert (await read(web, said["Look."][0]["url"])).content == PNG


async def test_a_notes_file_is_as_hidden_as_the_note(web, ada, ticket, token):
    file = await uploaded(web, ada.key, PNG, "note-canary.png")
    noted = await web.run(NOTE, ada.key, input=_reply(ticket, file))

    seen = (await web.run(SEEN, token, path=PUBLIC))["ticket"]

    assert noted["ticketAddNote"]["comment"]["attachments"][0]["name"] == "note-canary.png"
    assert seen["attachments"] == {"totalCount": 0, "nodes": []} and "canary" not in str(seen)


async def test_a_customer_cannot_send_files_of_others_nor_of_a_note(web, desk, ada, ticket, token):
    other = await cast.token_of(await cast.ticket_of(await _bert(desk), ada.actor), ada.actor)
    foreign = [
        await uploaded(web, other, path=PUBLIC),
        await uploaded(web, ada.key),
        id_of(await cast.attachment(ada.actor, on=await comments.note(ada.actor, ticket.id, "Note."))),
        global_id("Attachment", 2**40),
    ]
    reply = (
        'mutation ($ids: [ID!]) { ticketReply(input: {body: "a", attachmentIds: $ids}) { errors { code } } }'
    )

    answers = [await web.run(reply, token, path=PUBLIC, ids=[file]) for file in foreign]

    assert answers == [{"ticketReply": {"errors": [{"code": "NOT_FOUND"}]}}] * 4


async def test_files_of_many_tickets_are_read_by_two_statements(web, desk, ada, ticket):
    query = "{ tickets { nodes { attachments { totalCount nodes { name } } } } }"
    for _ in range(5):
        other = await cast.ticket_of(desk.carl, ada.actor)
        await cast.attachment(ada.actor, on=await comments.note(ada.actor, other.id, "a"))
    heard: list[str] = []
    engine.watchers.append(heard.append)

    data = await web.run(query, ada.key)

    engine.watchers.remove(heard.append)
    assert sum(node["attachments"]["totalCount"] for node in data["tickets"]["nodes"]) == 5
    assert len([statement for statement in heard if "attachment" in statement]) == 2


async def _bert(desk: cast.Desk) -> Contact:
    return await Contact.create(
        workspace_id=desk.acme.id, name="Bert", email="bert@example.org", created_at=clock.now()
    )
