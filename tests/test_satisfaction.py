"""What customers say of how their ticket was handled: when they are asked, and when they may answer."""

from datetime import UTC, datetime, timedelta

import cast
import pytest

from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.events import Kind
from models.satisfaction import Rating, rate, refusal_of
from models.ticket_enums import Status
from models.tickets import Ticket
from resolvers import access, resolutions, satisfaction, tickets, tokens
from schema.nodes import id_of

PUBLIC = "/public/graphql"
RATE = """
mutation ($input: TicketRateInput!) { ticketRate(input: $input) {
  clientMutationId eventCursor errors { code path }
  ticket { status satisfaction { score remark ratedAt changeableUntil } }
} }"""
OWN = "{ ticket { satisfaction { score remark ratedAt changeableUntil } } }"
SEEN = """
query ($id: ID!) { ticket(id: $id) {
  satisfaction { score customerScore customerRemark ratedAt agentScore }
  timeline(last: 1) { nodes { ... on TicketEvent {
    kind actor { ... on Contact { name } } changes { field before after } } } }
} }"""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)


def asked(**values: object) -> Ticket:
    defaults: dict[str, object] = {"survey_asked_at": NOON, "is_public": True}
    return Ticket(workspace_id=1, number=1, title="Help", **defaults | values)


@pytest.mark.parametrize(
    ("values", "after", "asks"),
    [
        ({"survey_asked_at": None}, timedelta(), True),
        ({"survey_asked_at": None, "is_public": False}, timedelta(), False),
        ({"survey_asked_at": None, "merged_into_id": 2}, timedelta(), False),
        ({}, DAY, False),
        ({}, 7 * DAY - INSTANT, False),
        ({}, 7 * DAY, True),
        ({"is_public": False}, 70 * DAY, False),
    ],
)
def test_a_customer_is_asked_at_most_once_in_seven_days(values, after, asks):
    assert asked(**values).asks_survey(NOON + after) is asks


@pytest.mark.parametrize(
    ("status", "asked_at"),
    [(Status.RESOLVED, NOON), (Status.CLOSED, None), (Status.WAITING, None)],
)
def test_resolving_asks_and_no_other_move_does(status, asked_at):
    ticket = asked(survey_asked_at=None)

    ticket.move(status, NOON)

    assert ticket.survey_asked_at == asked_at


@pytest.mark.parametrize(
    ("values", "after", "is_open"),
    [
        ({"survey_asked_at": None}, timedelta(), False),
        ({"merged_into_id": 2}, timedelta(), False),
        ({}, 300 * DAY, True),
        ({"customer_rated_at": NOON + DAY}, 15 * DAY, True),
        ({"customer_rated_at": NOON + DAY}, 15 * DAY + INSTANT, False),
        ({"customer_rated_at": NOON - DAY}, 30 * DAY, True),  # rated, and asked again since
    ],
)
def test_a_rating_can_be_changed_for_fourteen_days_and_given_anew_when_asked_again(values, after, is_open):
    ticket = asked(**values)

    assert (refusal_of(ticket, NOON + after) is None) is is_open
    if is_open:
        assert rate(ticket, NOON + after, Rating(score=4))
    else:
        with pytest.raises(Conflict):
            rate(ticket, NOON + after, Rating(score=4))


def test_the_fourteen_days_run_from_the_first_rating_and_not_from_its_changes():
    ticket = asked()
    rate(ticket, NOON, Rating(score=4))

    rate(ticket, NOON + 14 * DAY, Rating(score=5))

    assert ticket.customer_rated_at == NOON
    assert refusal_of(ticket, NOON + 15 * DAY) is not None


@pytest.fixture
async def token(ada: cast.Somebody, ticket: Ticket) -> str:
    """What opens Carl's ticket to him, which was resolved just now."""
    await resolutions.resolve(ada.actor, ticket.id, {"agent_score": 3})
    return await cast.token_of(ticket, ada.actor)


async def test_a_customer_rates_and_members_see_it_before_the_agents_score(web, ada, ticket, token):
    said = {"score": 5, "remark": " Quick help! ", "clientMutationId": "m1"}

    payload = (await web.run(RATE, token, path=PUBLIC, input=said))["ticketRate"]
    seen = (await web.run(SEEN, ada.key, id=id_of(ticket)))["ticket"]

    own = payload["ticket"]["satisfaction"]
    assert (payload["errors"], payload["clientMutationId"]) == ([], "m1")
    assert (own["score"], own["remark"], payload["ticket"]["status"]) == (5, "Quick help!", "RESOLVED")
    assert datetime.fromisoformat(own["changeableUntil"]) - datetime.fromisoformat(own["ratedAt"]) == 14 * DAY
    assert seen["satisfaction"] == {
        "score": 5,
        "customerScore": 5,
        "customerRemark": "Quick help!",
        "ratedAt": own["ratedAt"],
        "agentScore": 3,
    }
    assert seen["timeline"]["nodes"] == [
        {
            "kind": "RATED",
            "actor": {"name": "Carl Customer"},
            "changes": [
                {"field": "customerScore", "before": None, "after": "5"},
                {"field": "customerRemark", "before": None, "after": None},
            ],
        }
    ]


async def test_a_customer_sees_their_own_rating_and_never_the_agents(web, token):
    before = (await web.run(OWN, token, path=PUBLIC))["ticket"]["satisfaction"]

    await web.run(RATE, token, path=PUBLIC, input={"score": 1})

    after = (await web.run(OWN, token, path=PUBLIC))["ticket"]["satisfaction"]
    assert before == {"score": None, "remark": None, "ratedAt": None, "changeableUntil": None}
    assert (after["score"], after["remark"]) == (1, None)


async def test_before_it_was_resolved_there_is_nothing_to_rate(web, ada, ticket):
    token = await cast.token_of(ticket, ada.actor)

    seen = await web.run(OWN, token, path=PUBLIC)
    payload = (await web.run(RATE, token, path=PUBLIC, input={"score": 5}))["ticketRate"]

    assert seen["ticket"] == {"satisfaction": None}
    assert payload == {
        "clientMutationId": None,
        "eventCursor": None,
        "errors": [{"code": "CONFLICT", "path": []}],
        "ticket": None,
    }


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"score": 0}, ["input", "score"]),
        ({"score": 6}, ["input", "score"]),
        ({"score": -1}, ["input", "score"]),
        ({"score": 5, "remark": "x" * 2001}, ["input", "remark"]),
    ],
    ids=["0", "6", "-1", "remark"],
)
async def test_a_score_or_a_remark_out_of_bounds_is_refused_with_its_path(web, ada, token, said, path):
    payload = (await web.run(RATE, token, path=PUBLIC, input=said))["ticketRate"]

    assert payload["errors"] == [{"code": "BAD_USER_INPUT", "path": path}]
    assert await access.events(ada.actor).filter(kind=Kind.RATED).count() == 0


async def test_a_remark_that_is_left_out_stays_and_null_clears_it(ada, ticket, token):
    carl = await tokens.authenticate(token)
    await satisfaction.rate(carl, Rating(score=2, remark="x" * 2000))

    kept = await satisfaction.rate(carl, Rating(score=3))
    cleared = await satisfaction.rate(carl, Rating(score=3, remark=None))

    assert (kept.customer_remark, cleared.customer_remark) == ("x" * 2000, None)
    events = await access.events(ada.actor).filter(kind=Kind.RATED).order_by("seq")
    assert [event.changes for event in events] == [
        {"customer_score": [None, 2], "customer_remark": None},
        {"customer_score": [2, 3]},
        {"customer_remark": None},
    ]


async def test_the_same_said_twice_is_one_event(web, ada, token):
    first, second = [await web.run(RATE, token, path=PUBLIC, input={"score": 5}) for _ in range(2)]

    assert first == second
    assert await access.events(ada.actor).filter(kind=Kind.RATED).count() == 1


async def test_a_rating_is_no_news_to_the_customer_and_reopens_nothing(ada, ticket, token):
    carl = await tokens.authenticate(token)

    await satisfaction.rate(carl, Rating(score=1, remark="It still burns."))

    assert (await access.tickets(ada.actor).get(id=ticket.id)).status is Status.RESOLVED
    assert [event.kind for event in await access.events(carl).order_by("seq")] == ["CREATED", "RESOLVED"]


async def test_a_ticket_that_is_resolved_again_asks_again_after_seven_days(ada, ticket, token, clock):
    carl = await tokens.authenticate(token)
    await satisfaction.rate(carl, Rating(score=1))
    clock.move(days=20)
    await resolutions.reopen(ada.actor, ticket.id)
    with pytest.raises(Conflict):
        await satisfaction.rate(carl, Rating(score=2))

    await resolutions.resolve(ada.actor, ticket.id, {})
    again = await satisfaction.rate(carl, Rating(score=1))

    assert (again.customer_score, again.customer_rated_at) == (1, again.updated_at)
    assert await access.events(ada.actor).filter(kind=Kind.RATED).count() == 2


async def test_a_ticket_that_a_member_hid_can_be_rated_no_more(ada, ticket, token):
    carl = await tokens.authenticate(token)
    await tickets.update(ada.actor, ticket.id, {"is_internal": True})

    with pytest.raises(NotFound):
        await satisfaction.rate(carl, Rating(score=1))


async def test_members_do_not_rate_for_their_customers(ada, eve, vic, ticket, token):
    for somebody, refusal in ((ada, Forbidden), (vic, Forbidden), (eve, NotFound)):
        bound = cast.Actor(
            somebody.actor.kind,
            somebody.actor.workspace_id,
            somebody.actor.permissions,
            member_id=somebody.member.id,
            ticket_id=ticket.id,
        )
        with pytest.raises(refusal):
            await satisfaction.rate(bound, Rating(score=5))


async def test_a_rating_is_checked_before_anything_is_looked_up(ada):
    with pytest.raises(Invalid):
        await satisfaction.rate(ada.actor, Rating(score=6))
