"""`deskwire up`: everything on one machine. Says where everything is, prepares it, keeps it running."""

import asyncio
import errno
import os
import signal
import socket
import sys
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from jobs import broker, installation
from jobs.demo.card import NAME as CARD
from jobs.demo.card import Card, ensure_card
from jobs.demo.seed import seed
from jobs.origin import ANYWHERE, base_url, listener_place, listener_port, mail_domain
from jobs.processes import WHOLE, Supervisor, ending_signals
from models import clock
from models.database import database
from models.errors import Conflict, Invalid
from models.schema_version import migrate
from settings import settings

SOCKETS_PER_PRINCIPAL = "100"  # one demo key is used in many windows at once
READY_SECONDS = 0.2
READY_PROBE_SECONDS = 3


def up() -> None:
    """Run all of Deskwire until SIGINT or SIGTERM. Blocks; the database is ended last."""
    check_port(settings.host, settings.port, "PORT")
    check_port(settings.smtp_in_host, listener_port(), "DESKWIRE_SMTP_IN_PORT")
    for number in ending_signals():
        signal.signal(number, _leave)
    for line in places():
        say(line)
    with installation.opened() as server:
        asyncio.run(prepare())
        if settings.demo:
            for line in logins(asyncio.run(demo(say))):
                say(line)
        asyncio.run(_run(server.tend if server else None))


def check_port(host: str, port: int, setting: str) -> None:
    """Refuse with Conflict a port that somebody listens on, with Invalid one that we may not have.

    `setting` is what chooses another one.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as fault:
        if isinstance(fault, OSError) and fault.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Port {port} is in use. Stop what listens there, or choose another with {setting}."
            ) from fault
        raise Invalid(f"We cannot listen on {host}, port {port}: {fault}.") from fault


async def prepare() -> None:
    """Bring the database's schema, and the broker's tables, to what the code needs."""
    await migrate(settings.database_url)
    await asyncio.to_thread(broker.prepare, settings.broker_url or settings.database_url)


async def demo(say: Callable[[str], None]) -> Card:
    """Have the demo's workspaces, with their past up to now, and its card; `say` hears how far it is."""
    async with database(settings.database_url):
        await seed(clock.now(), say)
        return await ensure_card()


def places() -> list[str]:
    """Return the lines that say where everything is."""
    base, data = base_url(), settings.data.absolute()
    mail = f"to {urlsplit(settings.smtp_url).hostname}" if settings.smtp_url else f"{base}/outbox"
    rows = {
        "GraphQL": f"{base}/graphql",
        "GraphiQL": f"{base}/graphiql",
        "Sent mail": mail,
        "Mail in": f"{listener_place()}, for <workspace>@{mail_domain()}",
        "Data": str(data),
        "Database": "DATABASE_URL" if settings.database_url else "embedded, in the data folder",
    }
    if settings.demo:
        rows["Logins"] = f"{data / CARD}, with API keys"
    return ["Deskwire", "", *(f"  {name:<11}{place}" for name, place in rows.items()), ""]


def logins(card: Card) -> list[str]:
    """Return the lines that say how to sign in to the demo's workspaces."""
    rows = [
        f"  {entry.slug:<12}{login.role:<8}{login.email:<30}{login.password}"
        for entry in card.workspaces
        for login in entry.members
    ]
    return [*rows, ""]


def say(line: str) -> None:
    """Say it to whoever started us, at once, also when a file or a pipe listens."""
    print(line, flush=True)  # noqa: T201 - this is the command's answer


async def _run(tend: Callable[[], None] | None) -> None:
    announcing = asyncio.create_task(_announce_ready())
    await Supervisor(WHOLE, _environment()).run(tend=tend)
    announcing.cancel()


def _environment() -> dict[str, str]:
    """Return what the processes are told beyond our own environment, which may say otherwise in part."""
    told = {
        "DATABASE_URL": settings.database_url,
        "DATA": str(settings.data),
        "BASE_URL": settings.base_url,
        "DESKWIRE_SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    suggested = {
        "DESKWIRE_DEVELOPMENT": "true",
        "DESKWIRE_SOCKETS_PER_PRINCIPAL": SOCKETS_PER_PRINCIPAL,
        "DESKWIRE_LOG_FORMAT": "text" if sys.stderr.isatty() else "json",
    }
    return {name: os.environ.get(name, value) for name, value in suggested.items()} | told


async def _announce_ready() -> None:
    """Say that all is ready when the web process says so."""
    while not await asyncio.to_thread(_is_ready):  # noqa: ASYNC110 - another process, no event
        await asyncio.sleep(READY_SECONDS)
    say(f"Deskwire is ready: {settings.base_url}")


def _is_ready() -> bool:
    host = ANYWHERE.get(settings.host, settings.host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=READY_PROBE_SECONDS) as answer:
            return answer.status == 200
    except (OSError, ValueError):
        return False


def _leave(number: int, frame: object) -> None:
    """End in good order: what was opened is closed on the way out."""
    raise SystemExit(0)
