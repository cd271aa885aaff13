"""What no log may hold: any secret and any text, whatever was done with them. SAFETY 29."""

import asyncio
import json
from urllib.parse import urlsplit

import httpx
import pytest
import websockets
from cast import PASSWORD
from mail_server import MailServer
from office import text
from persistent_clients import CREATE, REPLY
from processes import LOOK_SECONDS, Site

pytestmark = pytest.mark.service
WORD = "swordfish"  # stands in every text below that nobody may read
PUBLIC = "/public/graphql"
NOTE = "mutation ($input: TicketAddNoteInput!) { ticketAddNote(input: $input) { errors { message } } }"
UPDATE = "mutation ($input: TicketUpdateInput!) { ticketUpdate(input: $input) { errors { message } } }"
HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
BAD_DOCUMENTS = (
    f"{{ {WORD} }}",
    f"{{ {WORD}",
    f'{{ ticket(id: "{WORD}") {{ id }} }}',
    f'{{ node(id: {{ {WORD}: "{WORD}" }}) {{ id }} }}',
    f"mutation {{ ticketReply(input: {{ ticketId: 1, body: $body, {WORD}: 1 }}) {{ {WORD} }} }}",
)
BAD_BODIES = (f'"{WORD}"', f'{{"query": "{WORD}', f'{{"query": ["{WORD}"]}}', WORD, f'{{"{WORD}": {{}}}}')
BAD_FRAMES = (WORD, f'"{WORD}"', f'{{"type": "{WORD}"}}', f'{{"type": "subscribe", "id": 1, "{WORD}": 1}}')
"""Each of these ends its socket."""


async def test_no_log_holds_a_secret_or_a_text(acme: Site, mx: MailServer) -> None:
    processes = [acme.process(command) for command in ("serve", "work", "tick")]
    for process in processes:
        process.environment |= {"DESKWIRE_LOG_LEVEL": "DEBUG", "DESKWIRE_LOCK_SECONDS": "0.5"}
    await acme.start(*processes)

    ticket, token = await _use(acme, mx)
    cookie = await _sign_in(acme)
    await _send_nonsense(acme, token, cookie)
    await _break_connections(acme, ticket)
    await _mail_that_is_refused(acme, mx)

    log = acme.logs()
    secrets = [*acme.keys.values(), token, cookie, PASSWORD, *_secrets_of(acme)]
    assert [secret for secret in (WORD, *secrets) if secret in log] == []
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"request", "mail_sent", "database_fault", "job_given_up", "job_failed"} <= {
        line["event"] for line in lines
    }


async def _use(acme: Site, mx: MailServer) -> tuple[str, str]:
    """Use everything once as it should be; return the ticket's id and its customer's token."""
    ada = acme.keys["ada"]
    contact = {"byAddress": {"email": f"{WORD}@x.example", "name": f"Carl {WORD}"}}
    values = {"title": f"A {WORD}", "description": f"A {WORD}", "contact": contact, "idempotencyKey": WORD}
    ticket = (await acme.run(CREATE, ada, input=values))["ticketCreate"]["ticket"]["id"]
    for mutation in (REPLY, NOTE):
        values = {"ticketId": ticket, "body": f"A {WORD}", "clientMutationId": WORD}
        await acme.run(mutation, ada, input=values)
    await acme.run(UPDATE, ada, input={"ticketId": ticket, "title": f"Another {WORD}"})
    await acme.has_nothing_left_to_do()
    token = text(mx.taken[-1]).rpartition("/t/")[2].strip()
    await acme.run(REPLY, token, path=PUBLIC, input={"body": f"A {WORD}"})
    return ticket, token


async def _sign_in(acme: Site) -> str:
    """Sign in, after some tries that fail; return the secret of the session."""
    good = {"email": "ada@acme.example", "password": PASSWORD}
    bads = ({"password": WORD}, {"email": f"{WORD}@acme.example"}, {"workspace": WORD}, {"email": [WORD]})
    async with httpx.AsyncClient(base_url=acme.url, verify=False) as client:
        for bad in bads:
            assert (await client.post("/session", json=good | bad)).status_code >= 400
        answer = await client.post("/session", json=good)
        assert answer.status_code == 204
        await client.post("/graphql", json={"query": "{ viewer { __typename } }"})
        return next(iter(answer.cookies.values()))


async def _send_nonsense(acme: Site, token: str, cookie: str) -> None:
    """Send what is refused, in every place where something can be sent."""
    key = {"authorization": f"Bearer {acme.keys['ada']}"}
    as_json = {"content-type": "application/json"}
    paths = (f"/t/{token}", f"/rate/{token}", f"/{cookie}", f"/graphql?query={WORD}", f"/?{WORD}={WORD}")
    async with httpx.AsyncClient(base_url=acme.url, verify=False) as client:
        for path in paths:
            await client.get(path, headers={"cookie": f"session={cookie}; {WORD}={WORD}", "referer": WORD})
        for body in BAD_BODIES:
            for path in ("/graphql", PUBLIC, "/session"):
                await client.post(path, content=body, headers=key | as_json)
        for document in BAD_DOCUMENTS:
            body = {"query": document, "variables": {"body": WORD, "input": {WORD: WORD}}}
            for path in ("/graphql", PUBLIC):
                await client.post(path, json=body, headers=key)
                await client.post(path, json=body, headers={"authorization": f"Bearer {WORD}"})
    for frame in BAD_FRAMES:
        await _send_frame(acme, frame)


async def _send_frame(acme: Site, frame: str) -> None:
    """Open a socket whose first operations fail, and send what ends it."""
    with pytest.raises(websockets.ConnectionClosed):
        async with acme.socket(acme.keys["ada"]) as socket:
            for document in BAD_DOCUMENTS:
                await socket.subscribe(document, body=WORD)
            await socket.wire.send(frame)
            while True:
                await socket.receive()


async def _break_connections(acme: Site, ticket: str) -> None:
    """Let a reply wait for a lock too long, and cut the database's connection under another one."""
    values = {"ticketId": ticket, "body": f"A {WORD}"}
    async with acme.locked("ticket"):
        slow = await acme.post(REPLY, acme.keys["ada"], input=values)
        cut = asyncio.create_task(acme.post(REPLY, acme.keys["ada"], input=values))
        while not await acme.rows(HANG_UP):
            await asyncio.sleep(LOOK_SECONDS)
        answer = await cut
    assert slow["data"]["ticketReply"]["errors"][0]["code"] == "CONFLICT"
    assert answer["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"


async def _mail_that_is_refused(acme: Site, mx: MailServer) -> None:
    """Let the mail server refuse letters in words that repeat what they say."""
    for code in ("550", "452"):
        address = f"{WORD}-{code}@x.example"
        mx.answers[address] = f"{code} <{address}> {WORD} is not wanted here"
        contact = {"byAddress": {"email": address}}
        await acme.run(CREATE, acme.keys["ada"], input={"title": f"A {WORD}", "contact": contact})
    worker = next(process for process in acme.processes if process.command == "work")
    for event in ("job_given_up", "job_failed"):
        await worker.has_said(event)


def _secrets_of(acme: Site) -> list[str]:
    """Return the secrets that stand in the settings."""
    password = urlsplit(acme.database_url).password
    assert password
    return [password, acme.processes[0].environment["DESKWIRE_SECRET_KEY"]]
