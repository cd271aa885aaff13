"""The processes on one database, as they name themselves to its server."""

import os
import socket
from dataclasses import dataclass

import asyncpg

from models.secrets import key_mark

PRODUCT = "deskwire"
NAME_LENGTH = 63  # of a longer name the server keeps no more
PEERS = """
SELECT application_name, count(*) FROM pg_stat_activity
WHERE datname = current_database() AND starts_with(application_name, $1)
GROUP BY application_name
"""


@dataclass(frozen=True)
class Peer:
    """A process: the mark of its secret key, empty without one, and its connections.

    `pool` is how many it may have for statements, `opened` how many it has.
    """

    key_mark: str
    pool: int
    opened: int


def own_name(pool: int) -> str:
    """Return what this process calls itself, with a pool of so many connections."""
    host = f"{os.getpid()}@{socket.gethostname()}"
    return "/".join((PRODUCT, key_mark(), str(pool), host))[:NAME_LENGTH]


async def peers(connection: asyncpg.Connection) -> list[Peer]:
    """Return the processes that have the database open by their pools."""
    rows = await connection.fetch(PEERS, f"{PRODUCT}/")
    return [_peer(*row) for row in rows]


def _peer(name: str, opened: int) -> Peer:
    _, mark, pool, _ = name.split("/", 3)
    return Peer(mark, int(pool), opened)
