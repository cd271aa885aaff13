"""Mail that others collected, real and broken: taken twice by our real processes, each accounted for once."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from outside_server import outside_server
from ports import free_port
from postbox import post
from processes import site

from models.inbound import message_key

SHARED = Path(__file__).parent.parent.parent / "shared" / "mail"
MAILS = sorted(
    path for name in ("chatwoot", "django-helpdesk", "mikel_mail") for path in SHARED.glob(f"{name}/**/*.eml")
)
PLACED = "SELECT outcome, count(*) FROM mail_in GROUP BY outcome"
BROKEN = "SELECT failure FROM outbox WHERE failed_at IS NOT NULL"
OFFERED_AT_ONCE = 4
PLACED_SECONDS = 60

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(not MAILS, reason="the collected mails are not on this machine"),
]


async def test_every_collected_mail_is_accounted_for_once(tmp_path: Path) -> None:
    port = free_port()
    sources = [path.read_bytes() for path in MAILS]
    async with (
        outside_server() as server,
        site(tmp_path, server.url, DESKWIRE_SMTP_IN_PORT=str(port)) as made,
    ):
        listener, worker = made.process("listen"), made.process("work")
        await made.start(listener, worker)

        await _post_all(port, [*sources, *reversed(sources)])
        await made.has_nothing_left_to_do(within_seconds=PLACED_SECONDS)

        outcomes = Counter({row["outcome"]: row["count"] for row in await made.rows(PLACED)})
        failures = [row["failure"] for row in await made.rows(BROKEN)]
        codes = [await listener.end(), await worker.end()]
        logs = made.logs()

    assert outcomes.total() == len(set(map(message_key, sources)))
    assert outcomes["RECEIVED"] == 0
    assert outcomes["NEW"] > outcomes.total() / 2
    assert failures == []
    assert codes == [0, 0]
    assert '"exception"' not in logs and "Traceback" not in logs


async def _post_all(port: int, sources: list[bytes]) -> None:
    turns = asyncio.Semaphore(OFFERED_AT_ONCE)

    async def post_one(source: bytes) -> None:
        async with turns:
            await post(port, source, "acme@localhost")

    await asyncio.gather(*map(post_one, sources))
