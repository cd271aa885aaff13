"""/metrics: what is measured, and who may read it."""

import asyncio
import time
from datetime import timedelta
from math import isnan

import pytest
from cast import Desk
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app import Web
from models.database import fetch
from models.outbox import OutboxRow
from models.reactions import Reaction
from settings import settings
from tests.web_client import client_of
from web import loop_lag, metrics
from web.calls import Call, note
from web.metrics import Metrics


async def scraped(parts: Metrics, **labels: str) -> dict[str, float]:
    """Return the samples that have these labels, by name."""
    answer = await client_of(parts.routes).get("/metrics")
    samples = [s for family in text_string_to_metric_families(answer.text) for s in family.samples]
    return {sample.name: sample.value for sample in samples if labels.items() <= sample.labels.items()}


@pytest.fixture
def parts(desk: Desk) -> Metrics:
    return Metrics()


async def test_the_pool_is_measured(parts):
    await fetch("SELECT 1")

    figures = await scraped(parts)

    assert figures["deskwire_pool_size"] >= 1
    assert figures["deskwire_pool_in_use"] == 0


async def test_work_that_waits_and_work_that_failed_is_measured(desk):
    (row,) = await fetch("SELECT now() AS now")
    for key, age_seconds, end in (
        ("old", 90, {}),
        ("done", 900, {"done_at": row["now"]}),
        ("failed", 900, {"failed_at": row["now"]}),
        ("later", -60, {}),
    ):
        await OutboxRow.create(
            workspace_id=desk.acme.id,
            reaction=next(iter(Reaction)),
            dedupe_key=key,
            next_at=row["now"] - timedelta(seconds=age_seconds),
            created_at=row["now"],
            **end,
        )

    figures = await scraped(Web().metrics)

    assert 90 <= figures["deskwire_outbox_oldest_due_seconds"] < 120
    assert figures["deskwire_outbox_failed"] == 1


async def test_figures_of_other_parts_are_read_at_each_scrape(parts):
    sockets = [1, 2]
    parts.gauge("sockets_open", "Open sockets.", lambda: len(sockets))
    before = await scraped(parts)

    sockets.append(3)

    assert before["deskwire_sockets_open"] == 2
    assert (await scraped(parts))["deskwire_sockets_open"] == 3


async def test_a_figure_that_nobody_can_tell_is_not_a_number_and_holds_up_no_other(parts, monkeypatch):
    monkeypatch.setattr(metrics, "ASK_SECONDS", 0.05)

    async def never() -> float:
        await asyncio.Event().wait()
        return 1

    parts.asked_gauge("mystery", "Nobody knows.", never)

    figures = await scraped(parts)

    assert isnan(figures["deskwire_mystery"])
    assert figures["deskwire_pool_size"] >= 0


async def test_requests_are_counted_by_face_kind_and_status(parts):
    async def graphql(request):
        note(operation="Secret", kind="query", cost=3, principal="API_KEY:1")
        return PlainTextResponse("{}")

    client = client_of([Route("/graphql", graphql, methods=["POST"])], on_end=parts.count)

    await client.post("/graphql")
    await client.post("/no/such/place")

    asked = await scraped(parts, face="graphql", kind="query", method="POST", status="200")
    lost = await scraped(parts, face="other", kind="", method="POST", status="404")
    timed = await scraped(parts, face="graphql", kind="query")
    assert asked["deskwire_requests_total"] == 1
    assert lost["deskwire_requests_total"] == 1
    assert timed["deskwire_request_seconds_count"] == 1


async def test_a_client_cannot_make_new_series(parts):
    for number in range(50):
        parts.count(Call(method=f"M{number}", path=f"/{number}/{number}", status=404))

    text = (await client_of(parts.routes).get("/metrics")).text

    assert text.count("deskwire_requests_total{") == 1


async def test_a_loop_that_is_held_up_shows_its_lag(parts, monkeypatch):
    monkeypatch.setattr(loop_lag, "PERIOD_SECONDS", 0.01)
    measured = asyncio.Event()

    def observe(seconds: float) -> None:
        parts.observe_lag(seconds)
        if seconds > 0.05:
            measured.set()

    task = asyncio.create_task(loop_lag.measure(observe))
    await asyncio.sleep(0)
    hold_up_the_loop()
    await asyncio.wait_for(measured.wait(), 2)
    task.cancel()

    assert (await scraped(parts))["deskwire_loop_lag_seconds_sum"] > 0.05


def hold_up_the_loop() -> None:
    time.sleep(0.1)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.8.9.10"])
async def test_programs_on_this_machine_may_read_them(parts, address):
    answer = await client_of(parts.routes, address=address).get("/metrics")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("testclient", {}),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7"}),
        ("192.0.2.7", {"x-forwarded-for": "127.0.0.1"}),
    ],
)
async def test_for_others_there_are_none(parts, address, headers):
    answer = await client_of(parts.routes, address=address, headers=headers).get("/metrics")

    assert answer.status_code == 404
    assert "deskwire" not in answer.text


async def test_an_operator_can_open_them_to_all(parts, monkeypatch):
    monkeypatch.setattr(settings, "metrics_public", True)

    answer = await client_of(parts.routes, address="192.0.2.7").get("/metrics")

    assert answer.status_code == 200
