"""The headers of every answer, and the answers to what goes wrong."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from models.errors import Conflict, DeskError, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from tests.web_client import client_of
from web.security import HEADERS


def route(refusal: Exception | None = None) -> Route:
    async def page(request):
        if refusal is not None:
            raise refusal
        return PlainTextResponse("fine", headers={"cache-control": "max-age=60"})

    return Route("/page", page)


@pytest.mark.parametrize(
    ("refusal", "path"),
    [(None, "/page"), (None, "/no-page"), (Conflict("No."), "/page"), (RuntimeError("swordfish"), "/page")],
)
async def test_every_answer_keeps_browsers_from_harm(refusal, path):
    answer = await client_of([route(refusal)]).get(path)

    assert HEADERS.keys() <= answer.headers.keys()
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_an_answer_may_set_a_header_itself():
    answer = await client_of([route()]).get("/page")

    assert answer.headers.get_list("cache-control") == ["max-age=60"]


@pytest.mark.parametrize(
    ("refusal", "status", "header"),
    [
        (Invalid("A title is missing."), 400, None),
        (Unauthenticated("Please sign in."), 401, ("www-authenticate", "Bearer")),
        (Forbidden("You may not."), 403, None),
        (NotFound("There is no such ticket."), 404, None),
        (RateLimited("Please wait.", retry_seconds=2.1), 429, ("retry-after", "3")),
    ],
)
async def test_a_refusal_is_told_to_programs_and_people(refusal: DeskError, status, header):
    client = client_of([route(refusal)])

    told = await client.get("/page")
    shown = await client.get("/page", headers={"accept": "text/html,*/*"})

    assert told.json() == {"code": refusal.code, "message": refusal.message}
    assert (told.status_code, shown.status_code, shown.text) == (status, status, refusal.message)
    assert header is None or told.headers[header[0]] == header[1]


async def test_a_bug_says_nothing_but_the_number_to_find_it_by():
    answer = await client_of([route(ValueError("swordfish"))]).get("/page", headers={"x-request-id": "id-1"})

    assert answer.status_code == 500
    assert answer.json()["message"] == "Unexpected error. Tell us this number: id-1"
    assert "swordfish" not in answer.text


async def test_every_answer_carries_the_id_of_its_request():
    client = client_of([route()])

    given = await client.get("/page", headers={"x-request-id": "from-the-proxy.1"})
    made = await client.get("/page", headers={"x-request-id": "not an id; set-cookie: x"})

    assert given.headers["x-request-id"] == "from-the-proxy.1"
    assert len(made.headers["x-request-id"]) == 32
