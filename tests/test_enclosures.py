"""The files of a reply on their way to the customer: with the letter, and on the ticket's page."""

import re

import cast
import httpx
import pytest
from office import Office, office_of, text
from uploads import PNG, local, read, uploaded

from jobs.relay import work_off
from models.attachments import Attachment
from resolvers import attachments, comments
from schema.ids import parsed_id
from settings import settings


@pytest.fixture
async def office(desk, database_url, tmp_path, monkeypatch, ticket) -> Office:
    """Acme's office, where Carl's ticket is acknowledged already."""
    office = office_of(desk, database_url, tmp_path, monkeypatch)
    await office.forget_letters()
    return office


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where the test's files lie."""
    monkeypatch.setattr(settings, "data", tmp_path)


async def _reply(web, ada: cast.Somebody, ticket, *contents: tuple[str, bytes]) -> None:
    ids = [parsed_id(await uploaded(web, ada.key, content, name))[1] for name, content in contents]
    await comments.reply(ada.actor, ticket.id, "See the files.", attachment_ids=ids)


async def test_files_go_along_with_the_letter(web, office, ada, ticket):
    page = b"<!DOCTYPE html><script>alert(1)</script>"
    await _reply(web, ada, ticket, ("foto ä.png", PNG), ("page.html", page), ("log.txt", b"a\nb\r\n"))

    await work_off()

    files = list(office.letter().iter_attachments())
    assert [file.get_filename() for file in files] == ["foto ä.png", "page.html", "log.txt"]
    assert [file.get_content_type() for file in files] == ["image/png", *["application/octet-stream"] * 2]
    assert [file.get_content() for file in files] == [PNG, page, b"a\nb\r\n"]
    assert {file.get_content_disposition() for file in files} == {"attachment"}


async def test_what_is_too_large_for_a_mail_is_named_in_it(web, office, ada, ticket, monkeypatch):
    monkeypatch.setattr(settings, "mail_attachment_bytes", 2000)
    await _reply(web, ada, ticket, ("a.txt", b"a" * 1500), ("b.txt", b"b" * 1500), ("c.txt", b"c" * 500))

    await work_off()

    letter = office.letter()
    assert [file.get_filename() for file in letter.iter_attachments()] == ["a.txt", "c.txt"]
    assert "b.txt (2 kB)" in text(letter) and "b.txt (2 kB)" in text(letter, "html")
    assert "a.txt" not in text(letter)


async def test_a_name_makes_no_header_of_a_letter(web, office, ada, ticket):
    await _reply(web, ada, ticket, ('a"\r\nBcc: eve@evil.example\r\n\r\nx.png', PNG))

    await work_off()

    letter = office.letter()
    [file] = letter.iter_attachments()
    assert letter["bcc"] is None and file["bcc"] is None
    assert file.get_filename() == "a_ Bcc_ eve@evil.example x.png"


async def test_a_note_sends_no_files(web, office, ada, ticket):
    file = parsed_id(await uploaded(web, ada.key))[1]

    await comments.note(ada.actor, ticket.id, "Look.", attachment_ids=[file])
    await work_off()

    assert office.inbox() == []


async def test_a_discarded_file_does_not_go_along(web, office, ada, ticket):
    await _reply(web, ada, ticket, ("a.txt", b"a"), ("b.txt", b"b"))
    row = await Attachment.filter(workspace_id=1, name="a.txt").get()

    await attachments.discard(ada.actor, [row.id])
    await work_off()

    assert [file.get_filename() for file in office.letter().iter_attachments()] == ["b.txt"]


async def test_the_page_of_the_ticket_leads_to_the_files(web, place, ada, ticket):
    token = await cast.token_of(ticket, ada.actor)
    await _reply(web, ada, ticket, ("foto&<b>.png", PNG))
    noted = parsed_id(await uploaded(web, ada.key, PNG, "canary.png"))[1]
    await comments.note(ada.actor, ticket.id, "Look.", attachment_ids=[noted])
    async with httpx.AsyncClient(base_url=web.url, verify=False, follow_redirects=True) as browser:
        page = await browser.get(f"/t/{token}")

    [link] = re.findall(r'<ul class="files".*?href="([^"]+)"', page.text, re.DOTALL)
    answer = await read(web, local(web, link.replace("&amp;", "&")))

    assert answer.content == PNG and "attachment;" in answer.headers["content-disposition"]
    assert "foto&amp;_b_.png" in page.text and "<b>" not in page.text and "canary" not in page.text


async def test_a_file_that_the_ticket_began_with_stands_by_the_request(web, place, ada, ticket):
    file = await cast.attachment(ada.actor, "begun.png", on=await comments.note(ada.actor, ticket.id, "a"))
    file.comment_id = None
    await file.save()
    token = await cast.token_of(ticket, ada.actor)
    async with httpx.AsyncClient(base_url=web.url, verify=False, follow_redirects=True) as browser:
        page = await browser.get(f"/t/{token}")

    assert "begun.png" in page.text.partition("Your answer")[0]
