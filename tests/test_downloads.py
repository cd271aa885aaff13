"""Reading a file by its link: what a browser is told, and when the link ends."""

import pytest
from uploads import PNG, read, uploaded, url_of

from resolvers import attachments
from schema.ids import parsed_id
from settings import settings


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Where the test's files lie."""
    monkeypatch.setattr(settings, "data", tmp_path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "application/octet-stream"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "application/octet-stream"),
        (b"<?xml version='1.0'?><a/>", "application/octet-stream"),
        (PNG, "image/png"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"alert(1)", "text/plain"),
    ],
    ids=["svg", "html", "xml", "png", "pdf", "script"],
)
async def test_a_browser_is_told_to_save_and_to_run_nothing(web, ada, content, kind):
    answer = await read(web, await url_of(web, ada.key, await uploaded(web, ada.key, content, "a.png")))

    assert answer.content == content
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_only_pictures_are_shown_in_the_page(web, ada):
    picture, page = await uploaded(web, ada.key, PNG), await uploaded(web, ada.key, b"<svg/>", "a.svg")
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Attachment { previewUrl } } }"

    shown, hidden = (await web.run(query, ada.key, ids=[picture, page]))["nodes"]

    answer = await read(web, shown["previewUrl"])
    assert answer.headers["content-disposition"].startswith("inline;")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert hidden["previewUrl"] is None


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ('a"\r\nSet-Cookie: x=1\r\n.png', "a_%20Set-Cookie_%20x=1%20.png"),
        ("Übersicht €.pdf", "%C3%9Cbersicht%20%E2%82%AC.pdf"),
        ("../../etc/passwd", "passwd"),
    ],
)
async def test_a_name_makes_no_header(web, ada, name, quoted):
    answer = await read(web, await url_of(web, ada.key, await uploaded(web, ada.key, PNG, name)))

    said = answer.headers["content-disposition"]
    assert said.endswith(f"filename*=UTF-8''{quoted.replace('=', '%3D')}")
    assert said.isascii() and "set-cookie" not in answer.headers


async def test_the_link_to_a_file_ends(web, ada, ticket, clock):
    url = await url_of(web, ada.key, await uploaded(web, ada.key))
    before = await read(web, url)
    clock.move(minutes=15, seconds=1)

    assert (before.status_code, (await read(web, url)).status_code) == (200, 404)


async def test_a_discarded_file_is_gone_at_once(web, ada):
    file = await uploaded(web, ada.key)
    url = await url_of(web, ada.key, file)

    await attachments.discard(ada.actor, [parsed_id(file)[1]])

    assert (await read(web, url)).status_code == 404
