"""The readable outbox, with mails that mean no good among them."""

import os
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from tests.web_client import client_of
from web import outbox
from web.outbox import outbox_routes

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outbox").mkdir()
    return tmp_path / "outbox"


@pytest.fixture
def client(folder: Path) -> httpx.AsyncClient:
    return client_of(outbox_routes(folder))


def write(folder: Path, name: str, subject: str = "Hello", *, age_seconds: int = 0, html: str = "") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "acme@desk.example", "Carl <carl@x.example>", subject
    mail["Message-ID"] = f"<{name}@desk.example>"
    mail.set_content(f"Text of {subject}. See http://desk.example/t/dwt_1?a=1&b=2 now.")
    if html:
        mail.add_alternative(html, subtype="html")
    path = folder / f"{name}.eml"
    path.write_bytes(bytes(mail))
    os.utime(path, (1_700_000_000 - age_seconds, 1_700_000_000 - age_seconds))


async def test_mails_are_listed_newest_first(client, folder):
    write(folder, "1", "Older", age_seconds=60)
    write(folder, "2", "Newer")

    text = (await client.get("/outbox")).text

    assert 0 < text.index("Newer") < text.index("Older")
    assert 'href="/outbox/2"' in text


async def test_an_outbox_that_is_not_there_yet_is_empty(tmp_path):
    answer = await client_of(outbox_routes(tmp_path / "none")).get("/outbox")

    assert (answer.status_code, "No mail yet." in answer.text) == (200, True)


async def test_a_long_list_is_cut(client, folder, monkeypatch):
    monkeypatch.setattr(outbox, "MOST", 2)
    for number in range(3):
        write(folder, str(number), age_seconds=number)

    text = (await client.get("/outbox")).text

    assert text.count("<li>") == 2
    assert 'href="/outbox/2"' not in text


async def test_a_mail_is_shown_with_its_headers_and_its_text_whose_links_can_be_followed(client, folder):
    write(folder, "1", "Grüße")

    text = (await client.get("/outbox/1")).text

    address = "http://desk.example/t/dwt_1?a=1&amp;b=2"
    assert "<dt>To</dt><dd>Carl &lt;carl@x.example&gt;</dd>" in text
    assert "<h1>Grüße</h1>" in text
    assert f'<a href="{address}" rel="noreferrer">{address}</a> now.' in text
    assert "This mail has none." in text


async def test_the_html_part_is_shown_where_it_can_run_and_load_nothing(client, folder):
    write(folder, "1", html=f"<p>Hi</p>{SCRIPT}<img src=http://evil.example/pixel>")

    shown, framed = await client.get("/outbox/1"), await client.get("/outbox/1/html")

    policy = framed.headers["content-security-policy"]
    assert '<iframe sandbox title="HTML part" src="/outbox/1/html">' in shown.text
    assert "<p>Hi</p>" in framed.text
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")


async def test_what_people_wrote_stays_text(client, folder):
    write(folder, "1", SCRIPT)

    pages = [(await client.get(path)).text for path in ("/outbox", "/outbox/1")]

    assert not any("<script" in page for page in pages)
    assert all("&lt;script&gt;" in page for page in pages)


@pytest.mark.parametrize(
    "text", ["http://x.example/'onclick=alert(1)", 'http://x.example/"onclick="alert(1)']
)
def test_a_link_cannot_break_out_of_its_attribute(text):
    html = outbox._with_links(text)

    assert html.startswith('<a href="http://x.example/" rel="noreferrer">http://x.example/</a>')
    assert '"onclick' not in html


@pytest.mark.parametrize(
    "name",
    [
        "unknown",
        "..",
        ".hidden",
        "..%2F..%2Fsecret",
        "%2e%2e%2fsecret",
        "a%00b",
        "%0a1",
        "1%0a",
        "link",
        "x" * 300,
        "folder",
    ],
)
async def test_only_the_mails_of_the_folder_can_be_read(client, folder, name):
    write(folder, "1")
    write(folder, ".hidden")
    write(folder.parent, "secret", "Secret")
    (folder / "link.eml").symlink_to(folder.parent / "secret.eml")
    (folder / "folder.eml").mkdir()

    answers = [await client.get(f"/outbox/{name}{part}") for part in ("", "/html")]

    assert [answer.status_code for answer in answers] == [404, 404]
    listed = (await client.get("/outbox")).text
    assert listed.count("<li>") == 1
    assert 'href="/outbox/1"' in listed


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"no mail at all",
        b"Subject: =?x-none?b?!!!?=\nContent-Type: text/plain; charset=x-none\n\nb\xff",
        b"Content-Type: multipart/mixed\n\n--\n",
        b"To: \xff\xfe\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n!!!",
    ],
)
async def test_a_broken_mail_breaks_no_page(client, folder, source):
    (folder / "1.eml").write_bytes(source)

    answers = [await client.get(path) for path in ("/outbox", "/outbox/1", "/outbox/1/html")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_the_pages_look_is_one_sheet_of_ours(client, folder):
    write(folder, "1")

    sheet = await client.get("/outbox.css")

    assert sheet.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in sheet.text
    assert '<link rel="stylesheet" href="/outbox.css">' in (await client.get("/outbox/1")).text
    assert "style=" not in (await client.get("/outbox/1")).text
