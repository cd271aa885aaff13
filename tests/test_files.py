"""The file store: in a folder and in a bucket, whole or not at all, and what is removed when."""

import asyncio
import os
import stat
import subprocess
import sys
from datetime import timedelta

import cast
import pytest
from bucket_server import BucketServer, bucket_server
from uploads import PNG, announced, put, read, uploaded

from jobs import attachments as jobs
from jobs import doctor
from jobs.relay import work_off
from models import clock as product_clock
from models.attachments import Attachment
from models.bucket import Bucket
from models.errors import DeskError
from models.events import Kind
from resolvers import attachments, comments
from resolvers.change import change, operation
from schema.ids import parsed_id
from settings import settings

DAY = 24 * 60 * 60
DIE = """
import asyncio, os, sys
from pathlib import Path
from settings import settings
from models import files
settings.data = Path(sys.argv[1])
async def run():
    async with files.draft() as draft:
        await draft.write(b"half of it")
        await draft.end()
        os._exit(9)
asyncio.run(run())
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Where the test's files lie."""
    monkeypatch.setattr(settings, "data", tmp_path / "data")
    return tmp_path / "data" / "attachments"


@pytest.fixture
async def bucket(monkeypatch):
    """A bucket instead of the folder."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    async with bucket_server() as server:
        monkeypatch.setattr(settings, "attachments_url", server.url)
        yield server


def stored(place) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def age(place, seconds: float = DAY + 60) -> None:
    """Let all that lies there be so old."""
    then = product_clock.now().timestamp() - seconds
    for path in place.rglob("*"):
        os.utime(path, (then, then))


async def test_files_and_folders_are_closed_to_others(web, ada, place):
    await uploaded(web, ada.key)

    modes = {oct(stat.S_IMODE(path.stat().st_mode)) for path in place.rglob("*") if path.is_dir()}
    assert modes == {"0o700"} and oct(stat.S_IMODE(place.stat().st_mode)) == "0o700"
    [file] = [path for path in place.rglob("*") if path.is_file()]
    assert oct(stat.S_IMODE(file.stat().st_mode)) == "0o600"


def test_who_is_killed_in_the_middle_leaves_a_draft_that_nobody_sees(place):
    died = subprocess.run([sys.executable, "-c", DIE, str(place.parent)], check=False)

    assert died.returncode == 9
    [left] = stored(place)
    assert left.startswith("drafts/") and left.endswith(".part")


async def test_drafts_that_were_left_are_purged_after_a_day(desk, place):
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", DIE, str(place.parent)], check=False)
    await jobs.purge_attachments()
    young = stored(place)
    age(place)

    await jobs.purge_attachments()

    assert (len(young), stored(place)) == (1, [])


async def test_what_was_never_sent_is_purged_after_a_day(web, ada, ticket, clock, place):
    note = await comments.note(ada.actor, ticket.id, "a")
    await announced(web, ada.key, 4)
    await uploaded(web, ada.key)
    sent = await cast.attachment(ada.actor, on=note)
    clock.move(hours=23)
    await jobs.purge_attachments()
    kept = await Attachment.filter(workspace_id=1).count()
    clock.move(hours=1, seconds=1)

    await jobs.purge_attachments()

    assert kept == 3
    assert [row.id for row in await Attachment.filter(workspace_id=1)] == [sent.id]
    assert stored(place) == []


async def test_files_that_no_row_names_are_purged_after_a_day(web, ada, place):
    await uploaded(web, ada.key)
    [known] = stored(place)
    (place / "files" / "1" / ("0" * 32)).write_bytes(b"lost")
    await jobs.purge_stray_files()
    young = stored(place)
    age(place)

    await jobs.purge_stray_files()

    assert (len(young), stored(place)) == (2, [known])


@operation
async def _erase(by, ticket) -> None:
    """Discard the customer's files, as erasing a contact does."""
    async with change(by) as made:
        await attachments.discard_of_contact(by, ticket.contact_id)
        made.record(ticket, Kind.ERASED, public=False)


async def test_an_erased_customers_files_are_removed_by_the_workers(web, desk, ada, ticket, place):
    token = await cast.token_of(ticket, ada.actor)
    file = await uploaded(web, token, PNG, "canary.png", path="/public/graphql")
    mine = await cast.attachment(ada.actor, on=await comments.note(ada.actor, ticket.id, "a"))

    await _erase(ada.actor, ticket)
    told = [(row.name, row.contact_id) for row in await Attachment.filter(workspace_id=1).order_by("-id")]
    await work_off()

    assert told == [("photo.png", None), ("", None)]
    assert [row.id for row in await Attachment.filter(workspace_id=1)] == [mine.id]
    assert (stored(place), parsed_id(file)[1] != mine.id) == ([], True)


async def test_a_ticket_of_an_erased_customer_loses_the_files_it_came_with(ada, ticket):
    own, noted = [
        await cast.attachment(ada.actor, name, on=await comments.note(ada.actor, ticket.id, "a"))
        for name in ("own", "noted")
    ]
    own.comment_id = None
    await own.save()

    await _erase(ada.actor, ticket)

    left = await Attachment.filter(workspace_id=1, discarded_at=None)
    assert [row.id for row in left] == [noted.id]


async def test_a_bucket_does_as_the_folder_does(web, ada, bucket: BucketServer, place):
    file = await uploaded(web, ada.key, PNG)
    row = await Attachment.get(workspace_id=1, id=parsed_id(file)[1])
    query = "query ($id: ID!) { node(id: $id) { ... on Attachment { url } } }"
    url = (await web.run(query, ada.key, id=file))["node"]["url"]

    answer = await read(web, url)

    assert bucket.lies == {f"files/1/{row.file_key}": PNG} and stored(place) == []
    assert (answer.status_code, answer.content) == (200, PNG)
    await attachments.discard(ada.actor, [row.id])
    await jobs.purge_attachments()
    assert bucket.lies == {}


async def test_strays_in_a_bucket_are_purged(web, ada, bucket: BucketServer):
    await uploaded(web, ada.key, PNG)
    known = set(bucket.lies)
    bucket.lies["files/1/" + "0" * 32] = b"lost"

    await jobs.purge_stray_files()

    assert set(bucket.lies) == known


async def test_a_bucket_that_refuses_is_told_and_leaves_nothing_half(web, ada, bucket: BucketServer, place):
    payload = await announced(web, ada.key, len(PNG))
    bucket.fault = 403

    refused = await put(web, payload["uploadUrl"], PNG)

    assert (refused.status_code, refused.json()["code"], stored(place)) == (503, "SERVICE_UNAVAILABLE", [])
    bucket.fault = None
    assert (await put(web, payload["uploadUrl"], PNG)).status_code == 201


@pytest.mark.parametrize("url", ["s3://", "http://desk", "s3://desk?region=a&key=b", "desk"])
def test_an_address_that_is_no_buckets_is_refused(url):
    with pytest.raises(DeskError):
        Bucket(url)


async def test_the_web_process_says_when_files_cannot_be_stored(web, bucket: BucketServer):
    well = await web.parts.health._readyz(None)
    bucket.fault = 403

    ill = await web.parts.health._readyz(None)

    assert b"attachments" not in well.body
    assert b"attachments" in ill.body and ill.status_code == well.status_code


async def test_the_doctor_writes_a_file_and_takes_it_away(place, bucket: BucketServer):
    check = dict(doctor.CHECKS)["attachments"]

    assert (await check()).grade is doctor.Grade.OK
    assert (bucket.lies, stored(place)) == ({}, [])
    bucket.fault = 403
    with pytest.raises(DeskError):
        await check()


async def test_a_store_that_is_away_fails_no_ticket(web, ada, ticket, bucket: BucketServer):
    bucket.fault = 500

    row = await attachments.stage(ada.actor, "a", 1)

    assert row.created_at - product_clock.now() < timedelta(seconds=5)
