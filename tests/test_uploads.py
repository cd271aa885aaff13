"""Bringing and reading the bytes of a file: by a signed link, whole or not at all."""

import asyncio
from urllib.parse import urlencode

import cast
import httpx
import pytest
from running_web import RunningWeb
from uploads import PNG, announced, local, put, read, signed, uploaded, url_of

from models import files, folder
from models.attachments import Attachment
from schema.ids import parsed_id
from settings import settings

LARGE = 3 * 1024 * 1024


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Where the test's files lie."""
    monkeypatch.setattr(settings, "data", tmp_path)
    return tmp_path / "attachments"


def stored(place) -> list[str]:
    """Return all that lies in the folder, drafts too."""
    return [path.name for path in place.rglob("*") if path.is_file()]


async def row_of(payload: dict) -> Attachment:
    _, number = parsed_id(payload["attachment"]["id"])
    return await Attachment.get(workspace_id=1, id=number)


async def test_what_was_brought_is_known_by_its_bytes(web, ada, place):
    payload = await announced(web, ada.key, len(PNG), "photo.exe")

    answer = await put(web, payload["uploadUrl"], PNG, **{"content-type": "text/html"})

    row = await row_of(payload)
    assert (answer.status_code, answer.json()["mediaType"]) == (201, "image/png")
    assert (row.media_type, row.bytes, row.sha256) == ("image/png", len(PNG), answer.json()["sha256"])
    assert stored(place) == [row.file_key]


async def test_a_file_of_many_pieces_comes_whole(web, ada):
    content = bytes(range(256)) * (LARGE // 256)

    file = await uploaded(web, ada.key, content, "disk.img")

    [shown] = (
        await web.run(
            "query ($id: ID!) { nodes(ids: [$id]) { ... on Attachment { url bytes } } }", ada.key, id=file
        )
    )["nodes"]
    answer = await read(web, shown["url"])
    assert (answer.content == content, answer.headers["content-length"]) == (True, str(LARGE))


async def test_a_link_works_once(web, ada, place):
    payload = await announced(web, ada.key, 4)
    first = await put(web, payload["uploadUrl"], b"abcd")

    second = await put(web, payload["uploadUrl"], b"wxyz")

    assert (first.status_code, second.status_code, second.json()["code"]) == (201, 409, "CONFLICT")
    assert [(place / "files" / "1" / name).read_bytes() for name in stored(place)] == [b"abcd"]


async def test_of_two_at_once_one_is_taken(web, ada, place):
    payload = await announced(web, ada.key, LARGE)

    answers = await asyncio.gather(*[put(web, payload["uploadUrl"], b"x" * LARGE) for _ in range(4)])

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(stored(place)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "a" * 52},
        {"signature": ""},
        {"signature": "ä"},
        {"expires": "99999999999"},
        {"expires": "9" * 400},
        {"expires": "-1"},
        {"use": "download"},
        {"use": "anything"},
    ],
    ids=str,
)
async def test_a_link_that_we_did_not_sign_leads_nowhere(web, ada, place, change):
    payload = await announced(web, ada.key, 4)
    url = payload["uploadUrl"]

    answer = await put(web, f"{url.partition('?')[0]}?{urlencode(signed(url) | change)}", b"abcd")

    assert (answer.status_code, answer.json()["code"], stored(place)) == (404, "NOT_FOUND", [])


async def test_a_link_is_for_one_file(web, ada, eve, place):
    mine, other = await announced(web, ada.key, 4), await announced(web, eve.key, 4)
    query = mine["uploadUrl"].partition("?")[2]

    answer = await put(web, f"{other['uploadUrl'].partition('?')[0]}?{query}", b"abcd")

    assert (answer.status_code, stored(place)) == (404, [])


async def test_a_link_ends_after_a_quarter_of_an_hour(web, ada, ticket, clock):
    payload = await announced(web, ada.key, 4)
    clock.move(minutes=15, seconds=1)

    late = await put(web, payload["uploadUrl"], b"abcd")

    assert (late.status_code, late.json()["code"]) == (404, "NOT_FOUND")


async def test_a_link_to_read_cannot_write_nor_the_other_way_round(web, ada):
    payload = await announced(web, ada.key, 4)
    await put(web, payload["uploadUrl"], b"abcd")
    url = await url_of(web, ada.key, payload["attachment"]["id"])

    assert (await put(web, url, b"abcd")).status_code == 404
    assert (await read(web, payload["uploadUrl"])).status_code == 404
    assert (await read(web, url)).status_code == 200


async def test_a_length_that_does_not_fit_is_refused_before_a_byte_was_read(web, ada, place):
    payload = await announced(web, ada.key, 4)

    status = await _head_only(web, payload["uploadUrl"], length=5)

    assert (status, stored(place)) == (413, [])


async def test_too_many_bytes_are_cut_off_while_they_come(web, ada, place):
    payload = await announced(web, ada.key, 1000)
    sent = 0

    async def pieces():
        nonlocal sent
        for _ in range(1000):
            sent += 64 * 1024
            yield b"x" * 64 * 1024
            await asyncio.sleep(0)

    try:
        answer = await put(web, payload["uploadUrl"], pieces())
    except httpx.TransportError:
        answer = None  # the connection was closed while we wrote

    assert answer is None or answer.status_code == 413
    assert sent < 1000 * 64 * 1024 and stored(place) == []
    assert (await row_of(payload)).uploaded_at is None


async def test_too_few_bytes_are_refused_and_can_be_sent_anew(web, ada, place):
    payload = await announced(web, ada.key, 4)

    async def pieces():
        yield b"abc"

    few = await put(web, payload["uploadUrl"], pieces())
    left = stored(place)
    again = await put(web, payload["uploadUrl"], b"abcd")

    assert (few.status_code, few.json()["code"], left) == (400, "BAD_USER_INPUT", [])
    assert again.status_code == 201


async def test_an_upload_that_breaks_off_leaves_nothing(web, ada, place):
    payload = await announced(web, ada.key, 1000)
    _, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(_head(web, payload["uploadUrl"], 1000) + b"x" * 500)
    await writer.drain()
    async with asyncio.timeout(5):
        while not stored(place):
            await asyncio.sleep(0.01)

    writer.close()

    async with asyncio.timeout(5):
        while stored(place):
            await asyncio.sleep(0.01)
    assert (await row_of(payload)).uploaded_at is None
    assert (await put(web, payload["uploadUrl"], b"x" * 1000)).status_code == 201


@pytest.mark.parametrize("where", ["writing", "moving"])
async def test_a_full_disk_is_told_and_leaves_nothing_half(web, ada, place, monkeypatch, where):
    payload = await announced(web, ada.key, 4)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        if where == "writing":
            broken.setattr(files.Draft, "_add", full)
        else:
            broken.setattr(folder.Folder, "_put", full)
        refused = await put(web, payload["uploadUrl"], b"abcd")
    row, left = await row_of(payload), stored(place)
    again = await put(web, payload["uploadUrl"], b"abcd")

    assert (refused.status_code, refused.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert (row.uploaded_at, left) == (None, [])
    assert again.status_code == 201


async def test_no_secret_of_a_link_is_logged(web, ada, capsys):
    payload = await announced(web, ada.key, 4)
    await put(web, payload["uploadUrl"], b"abcd")

    assert signed(payload["uploadUrl"])["signature"] not in capsys.readouterr().out


async def test_a_customers_link_is_as_good(web, ada, ticket):
    token = await cast.token_of(ticket, ada.actor)

    assert await uploaded(web, token, PNG, path="/public/graphql")


def _head(web: RunningWeb, url: str, length: int) -> bytes:
    path = local(web, url).removeprefix(web.url)
    return f"PUT {path} HTTP/1.1\r\nhost: desk.example\r\ncontent-length: {length}\r\n\r\n".encode()


async def _head_only(web: RunningWeb, url: str, *, length: int) -> int:
    """Announce a body of this length, send none of it, and return the status of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(_head(web, url, length))
    async with asyncio.timeout(5):
        line = await reader.readline()
        rest = await reader.read()
    writer.close()
    assert b"connection: close" in rest.lower()
    return int(line.split()[1])
