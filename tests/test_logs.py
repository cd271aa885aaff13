"""What the logs say, and what they never say."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import asyncpg
import pytest
import structlog
from cast import Desk
from pydantic import BaseModel
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from models.errors import Conflict
from models.sessions import Session
from settings import settings
from tests.web_client import client_of
from web import logs
from web.calls import note

CANARY = "swordfish-7c1f"
log = structlog.stdlib.get_logger("web.test")


class Written(io.StringIO):
    """What was logged."""

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def written() -> Iterator[Written]:
    """Set the logs up to be read; put everything back after the test."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    levels = {name: logging.getLogger(name).level for name in (*logs.OURS, None)}
    stream = Written()
    logs.set_up(stream)
    yield stream
    root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_json_with_its_level_logger_and_instant(written):
    log.info("doorbell_up", workspace_id=7)

    (line,) = written.lines
    instant = line.pop("timestamp")
    assert line == {"event": "doorbell_up", "level": "info", "logger": "web.test", "workspace_id": 7}
    assert str(instant).endswith("Z")


def test_keys_that_are_not_on_the_list_are_dropped(written):
    log.info("signed_in", password=CANARY, body={"text": CANARY}, principal="MEMBER:1")

    assert CANARY not in written.getvalue()
    assert written.lines[0]["principal"] == "MEMBER:1"


def test_only_plain_values_are_written(written):
    log.info("odd", reason={"inner": CANARY}, name=[CANARY], count=3, state=None)

    (line,) = written.lines
    assert (line["reason"], line["name"], line["count"], line["state"]) == ("dict", "list", 3, None)


def test_a_bound_key_is_held_to_the_list_too(written):
    with structlog.contextvars.bound_contextvars(request_id="id-1", token=CANARY):
        log.info("bound")

    assert written.lines[0]["request_id"] == "id-1"
    assert CANARY not in written.getvalue()


def raised_by_hand() -> None:
    secret = CANARY
    raise ValueError(f"cannot use {secret}")


def raised_by_pydantic() -> None:
    class Shape(BaseModel):
        number: int

    Shape.model_validate({"number": CANARY})


def raised_with_a_cause() -> None:
    try:
        raised_by_hand()
    except ValueError as fault:
        raise KeyError(CANARY) from fault


def raised_as_a_group() -> None:
    raise ExceptionGroup(CANARY, [ValueError(CANARY), KeyError(CANARY)])


def raised_as_a_refusal() -> None:
    raise Conflict(f"{CANARY} is a member already.")


@pytest.mark.parametrize(
    ("raising", "told"),
    [
        (raised_by_hand, "builtins.ValueError"),
        (raised_by_pydantic, "pydantic_core._pydantic_core.ValidationError"),
        (raised_with_a_cause, "because of builtins.ValueError"),
        (raised_as_a_group, "because of builtins.KeyError"),
        (raised_as_a_refusal, "models.errors.Conflict code=CONFLICT"),
    ],
)
@pytest.mark.parametrize("format_", ["json", "text"])
def test_an_exception_is_told_by_type_and_place_but_not_by_its_words(
    format_, raising, told, monkeypatch, request
):
    monkeypatch.setattr(settings, "log_format", format_)
    written = request.getfixturevalue("written")

    try:
        raising()
    except Exception:
        log.exception("fault")

    assert told in written.getvalue()
    assert f"tests/test_logs.py:{raising.__code__.co_firstlineno}"[:-2] in written.getvalue()
    assert raising.__name__ in written.getvalue()
    assert CANARY not in written.getvalue()


async def test_a_row_that_the_database_refuses_is_told_by_its_constraint(written, desk: Desk):
    row = {"workspace_id": desk.acme.id, "member_id": desk.ada.member.id, "secret_hash": CANARY}
    instants = {"created_at": desk.ada.member.created_at, "expires_at": desk.ada.member.created_at}
    await Session.create(**row, **instants)

    try:
        await Session.create(**row, **instants)
    except Exception as fault:
        assert CANARY in str(fault.__cause__.detail if fault.__cause__ else fault)
        log.exception("fault")

    assert "sqlstate=23505" in written.getvalue()
    assert "table_name=session" in written.getvalue()
    assert CANARY not in written.getvalue()


def test_a_library_is_told_by_its_template(written):
    logging.getLogger("dramatiq.worker").critical("Consumer met an error: %s", CANARY)
    logging.getLogger("elsewhere").error(f"first line\n{CANARY}")

    assert [line["event"] for line in written.lines] == ["Consumer met an error: %s", "first line"]
    assert CANARY not in written.getvalue()


async def test_a_task_whose_fault_nobody_heard_is_told_without_it(written):
    async def fail() -> None:
        raise ValueError(CANARY)

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task

    (line,) = written.lines
    assert line["event"] == "Task exception was never retrieved"
    assert "test_logs.py" in str(line["exception"])
    assert CANARY not in written.getvalue()


def test_libraries_are_heard_from_warnings_on(written):
    for name in ("uvicorn.error", "tortoise.db_client", "websockets.server", "asyncio"):
        logging.getLogger(name).info("connection from %s", CANARY)

    assert written.getvalue() == ""


async def test_a_request_is_one_line_without_its_query_or_body(written):
    async def graphql(request):
        note(operation="Tickets", kind="query", cost=26, principal="API_KEY:1")
        return PlainTextResponse(CANARY)

    client = client_of([Route("/graphql", graphql, methods=["POST"])])

    await client.post(f"/graphql?key={CANARY}", content=CANARY, headers={"authorization": f"Bearer {CANARY}"})

    (line,) = written.lines
    assert (
        line.items()
        >= {
            "event": "request",
            "method": "POST",
            "path": "/graphql",
            "status": 200,
            "operation": "Tickets",
            "kind": "query",
            "cost": 26,
            "principal": "API_KEY:1",
        }.items()
    )
    assert len(str(line["request_id"])) == 32
    assert CANARY not in written.getvalue()


async def test_a_bug_is_logged_whole_with_the_id_that_the_client_was_told(written):
    async def broken(request):
        raise RuntimeError(CANARY)

    answer = await client_of([Route("/broken", broken)]).get("/broken")

    bug, line = written.lines
    assert bug["request_id"] == line["request_id"] == answer.headers["x-request-id"]
    assert "broken" in str(bug["exception"])
    assert (line["status"], bug["level"]) == (500, "error")
    assert CANARY not in written.getvalue()


async def test_probes_write_nothing_while_all_is_well(written):
    async def fine(request):
        return PlainTextResponse("ok")

    await client_of([Route("/healthz", fine)]).get("/healthz")

    assert written.getvalue() == ""


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/t/dwt_short", "/t/…"),
        ("/t/dwt_short/reply", "/t/…/reply"),
        ("/rate/abc", "/rate/…"),
        ("/anything/" + "x" * 32, "/anything/…"),
        ("/anything/" + "x" * 31, "/anything/" + "x" * 31),
        ("/t/", "/t/"),
        ("/session", "/session"),
        ("", ""),
    ],
)
def test_a_token_in_a_path_is_masked(path, masked):
    assert logs.masked(path) == masked


def test_text_is_for_people(monkeypatch, request):
    monkeypatch.setattr(settings, "log_format", "text")
    written = request.getfixturevalue("written")

    log.warning("check_failed", check="doorbell", password=CANARY)

    assert "check_failed" in written.getvalue()
    assert "check=doorbell" in written.getvalue()
    assert CANARY not in written.getvalue()


async def test_no_driver_error_brings_its_rows_along(written):
    fault = asyncpg.UniqueViolationError(f"Key (email)=({CANARY}) already exists.")

    log.error("fault", exc_info=fault)

    assert CANARY not in written.getvalue()
