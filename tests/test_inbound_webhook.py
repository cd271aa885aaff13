"""Mail that another program hands over by HTTP."""

import httpx
import pytest
from postbox import arrived, letter, listening, placed, post, tickets_of

from models.actors import system
from models.mails import MailOutcome
from models.permissions import Scope
from resolvers import keys
from settings import settings

RFC822 = "message/rfc822"


async def hand_over(web, key: str | None, mail: bytes, kind: str = RFC822) -> httpx.Response:
    headers = {"content-type": kind} | ({"authorization": f"Bearer {key}"} if key else {})
    async with httpx.AsyncClient(verify=False) as client:
        return await client.post(f"{web.url}/inbound", content=mail, headers=headers)


async def test_a_mail_that_is_handed_over_is_stored_and_placed(web, desk, ada):
    answer = await hand_over(web, ada.key, letter().as_bytes())

    [mail] = await placed(desk.acme.id)
    [ticket] = await tickets_of(desk.acme.id)
    assert (answer.status_code, answer.json()) == (202, {"id": str(mail.id)})
    assert (mail.outcome, mail.envelope_sender, mail.recipients) == (MailOutcome.NEW, None, [])
    assert ticket.title == "The printer is on fire"


async def test_the_same_mail_by_both_ways_is_one(web, desk, ada):
    mail = letter()
    async with listening() as port:
        await post(port, mail)

    answers = [await hand_over(web, ada.key, mail.as_bytes()) for _ in range(2)]

    [row] = await arrived(desk.acme.id)
    assert [answer.json() for answer in answers] == [{"id": str(row.id)}] * 2


async def test_a_key_hands_over_to_its_own_workspace_alone(web, desk, eve):
    await hand_over(web, eve.key, letter(to="acme@localhost").as_bytes())

    assert await arrived(desk.acme.id) == []
    assert len(await arrived(desk.globex.id)) == 1


async def test_a_key_that_only_reads_may_not(web, desk, ada):
    _, reading = await keys.create_key(system(desk.acme.id), ada.member.id, "Reads", frozenset({Scope.READ}))

    answer = await hand_over(web, reading, letter().as_bytes())

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert await arrived(desk.acme.id) == []


@pytest.mark.parametrize("key", [None, "dwk_wrong"])
async def test_without_a_good_key_nothing_is_read(web, desk, key):
    answer = await hand_over(web, key, letter().as_bytes())

    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")


async def test_keys_are_not_guessed_for_long(web, desk, monkeypatch):
    answers = [await hand_over(web, "dwk_wrong", b"x") for _ in range(settings.anonymous_burst + 5)]

    assert answers[-1].status_code == 429


async def test_what_is_no_mail_is_refused(web, desk, ada, monkeypatch):
    json = await hand_over(web, ada.key, b"{}", kind="application/json")
    empty = await hand_over(web, ada.key, b"")
    monkeypatch.setattr(settings, "mail_bytes", 1000)
    large = await hand_over(web, ada.key, b"x" * 1001)

    assert [answer.status_code for answer in (json, empty, large)] == [415, 400, 413]
    assert json.json()["message"] == "Send the whole mail as message/rfc822."
    assert await arrived(desk.acme.id) == []
