"""Who loses their rights is told nothing more: the socket closes within seconds."""

import asyncio
from datetime import UTC, datetime

import cast
import pytest
import websockets
from running_web import GraphSocket, RunningWeb

from models.members import Member
from models.permissions import Role
from models.tickets import Ticket
from models.tokens import TicketToken
from resolvers import comments, keys, sessions, tickets
from settings import settings

MEMBERS = "subscription { commentAdded { comment { body } } }"
PUBLIC = "/public/graphql"
FORBIDDEN = 4403
SECONDS = 5


@pytest.fixture
def quick(monkeypatch) -> None:
    """Rights are asked often, so that the tests need not wait."""
    monkeypatch.setattr(settings, "recheck_seconds", 0.05)


async def test_with_the_usual_settings_it_takes_at_most_five_seconds(web, ada, grace, ticket):
    async with web.socket(ada.key) as first, web.socket(grace.key) as second:
        await _revoke_key(ada)
        await _change(grace, removed_at=ticket.created_at)

        codes = await asyncio.gather(_closed(first), _closed(second))

    assert codes == [FORBIDDEN, FORBIDDEN]


async def test_a_revoked_key_is_told_nothing_more(web, quick, ada, grace, ticket):
    async with web.socket(ada.key) as socket:
        await socket.subscribe(MEMBERS)
        await web.joined(1)
        await _revoke_key(ada)

        assert await _closed(socket) == FORBIDDEN
        await comments.reply(grace.actor, ticket.id, "Not for Ada's key.")
        await web.joined(0)
    await _is_kept_out(web, ada.key)


@pytest.mark.parametrize(
    "values", [{"removed_at": datetime.now(UTC)}, {"role": Role.VIEWER}, {"may_delete": True}], ids=str
)
async def test_a_member_whose_rights_change_has_to_come_anew(web, quick, ada, values):
    async with web.socket(ada.key) as socket:
        await socket.subscribe(MEMBERS)
        await web.joined(1)

        await _change(ada, **values)

        assert await _closed(socket) == FORBIDDEN
    await web.joined(0)


async def test_signing_out_closes_the_sockets_of_the_session(web, quick, ada):
    secret = await sessions.sign_in("ada@acme.example", cast.PASSWORD, "acme", "127.0.0.1")
    url = f"ws://127.0.0.1:{web.port}/graphql"
    cookie = {"cookie": f"deskwire={secret}", "origin": web.url}
    async with websockets.connect(
        url, subprotocols=["graphql-transport-ws"], additional_headers=cookie
    ) as wire:
        socket = GraphSocket(wire)
        await socket.send({"type": "connection_init"})
        assert (await socket.receive())["type"] == "connection_ack"

        await sessions.sign_out(await sessions.authenticate(secret))

        assert await _closed(socket) == FORBIDDEN


@pytest.mark.parametrize("how", ["revoked", "expired", "hidden", "given to another"])
async def test_a_customer_whose_link_ends_is_told_nothing_more(web, quick, desk, ada, ticket, clock, how):
    token = await cast.token_of(ticket, ada.actor)
    async with web.socket(token, path=PUBLIC) as socket:
        await socket.subscribe(MEMBERS)
        await web.joined(1)

        await _end_link(ada, ticket, how, clock)

        assert await _closed(socket) == FORBIDDEN
    await _is_kept_out(web, token, PUBLIC)


async def _end_link(ada: cast.Somebody, ticket: Ticket, how: str, clock) -> None:
    tokens = TicketToken.filter(workspace_id=ticket.workspace_id, ticket_id=ticket.id)
    if how == "revoked":
        await tokens.update(revoked_at=ticket.created_at)
    elif how == "expired":
        clock.move(days=366)
    elif how == "hidden":
        await tickets.update(ada.actor, ticket.id, {"is_internal": True})
    else:
        await tickets.update(ada.actor, ticket.id, {"contact_id": None})


async def _revoke_key(of: cast.Somebody) -> None:
    key = await keys.authenticate(of.key)
    assert key.credential_id is not None
    await keys.revoke_key(of.actor, key.credential_id)


async def _change(who: cast.Somebody, **values: object) -> None:
    await Member.filter(workspace_id=who.actor.workspace_id, id=who.member.id).update(**values)


async def _closed(socket: GraphSocket) -> int | None:
    """Wait for the end of the socket, which is told nothing until then, and return its code."""
    with pytest.raises(websockets.ConnectionClosed):
        async with asyncio.timeout(SECONDS):
            frame = await socket.receive()
            raise AssertionError(f"it was told {frame}")
    return socket.wire.close_code


async def _is_kept_out(web: RunningWeb, secret: str, path: str = "/graphql") -> None:
    """See that the secret opens neither door any more."""
    answer = await web.post("{ __typename }", secret, path=path)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    with pytest.raises(websockets.ConnectionClosed) as closed:
        async with web.socket(secret, path=path):
            pass
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
