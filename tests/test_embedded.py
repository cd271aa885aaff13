"""The embedded PostgreSQL, with real servers and real kills."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import asyncpg
import psycopg
import pytest
from tortoise.backends.base.config_generator import expand_db_url

from models.embedded import Embedded, url_of_running
from models.embedded_account import Account, owner
from models.errors import Unavailable

# A Deskwire that commits a row, says so, and waits to be killed.
DESKWIRE = """
import sys, pathlib, psycopg
from models.embedded import Embedded
server = Embedded(pathlib.Path(sys.argv[1]))
server.start()
with psycopg.connect(server.url) as connection:
    connection.execute("DROP TABLE IF EXISTS ticket")
    connection.execute("CREATE TABLE ticket AS SELECT 'kept' AS title")
print(server.pid, server._watch.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A data folder, not made yet, that every account can reach."""
    above = Path(tempfile.mkdtemp(prefix="deskwire-test-"))
    above.chmod(0o711)
    yield above / "data"
    shutil.rmtree(above)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder with a cluster in it, used by one test after the other."""
    above = Path(tempfile.mkdtemp(prefix="deskwire-test-"))
    above.chmod(0o711)
    Embedded(above / "data", durable=False).__enter__().stop()
    yield above / "data"
    shutil.rmtree(above)


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg", "tortoise"])
async def test_the_database_answers_every_driver(data, driver):
    with Embedded(data, durable=False) as server:
        answer = await ANSWERS[driver](server.url)

    assert answer == "äpfel"


async def test_what_was_committed_survives_the_kill_of_deskwire(data):
    deskwire, _, _ = start_deskwire(data)

    kill(deskwire)
    with Embedded(data) as server:
        titles = await titles_of(server.url)

    assert titles == ["kept"]


def test_the_server_ends_when_deskwire_is_killed(data):
    deskwire, server, _ = start_deskwire(data)

    kill(deskwire)

    assert until(lambda: not is_running(server))


async def test_a_server_left_running_is_ended_by_the_next_start(data):
    deskwire, leftover, watch = start_deskwire(data)

    os.kill(watch, signal.SIGKILL)
    kill(deskwire)
    with Embedded(data) as server:
        titles = await titles_of(server.url)

    assert titles == ["kept"]
    assert not is_running(leftover)


async def test_a_killed_server_comes_back_at_the_same_address_with_its_rows(data):
    with Embedded(data) as server:
        url, first = server.url, server.pid
        await execute(url, "DROP TABLE IF EXISTS ticket")
        await execute(url, "CREATE TABLE ticket AS SELECT 'kept' AS title")

        os.kill(first, signal.SIGKILL)
        until(lambda: server.pid is None)
        server.tend()
        titles = await titles_of(url)

    assert titles == ["kept"]
    assert server.url == url


async def test_a_kill_while_the_cluster_is_made_leaves_no_half_of_it(fresh):
    deskwire = spawn_deskwire(fresh)
    assert until(lambda: list(fresh.glob("postgres/new-*/PG_VERSION")))

    kill(deskwire)
    with Embedded(fresh, durable=False) as server:
        answer = await ANSWERS["asyncpg"](server.url)

    assert answer == "äpfel"
    assert not list(fresh.glob("postgres/new-*/PG_VERSION"))


async def test_old_numbers_that_now_belong_to_another_process_do_not_stop_the_start(data):
    cluster = data / "postgres" / "cluster"
    account = owner(cluster) if os.geteuid() == 0 else Account()
    bystander = account.spawn(["sleep", "60"])
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (cluster / name).write_text(f"{bystander.pid}\n{cluster}\n1\n5432\n\n\n\nready\n")

    with Embedded(data, durable=False) as server:
        answer = await ANSWERS["asyncpg"](server.url)

    assert answer == "äpfel"
    assert bystander.poll() is None
    kill(bystander)


def test_a_data_folder_in_use_is_refused_at_once_naming_it_and_its_holder(data):
    with Embedded(data, durable=False) as server:
        with pytest.raises(Unavailable) as refusal:
            Embedded(data).start()

        assert f"{data} is in use" in refusal.value.message
        assert f"(process {os.getpid()})" in refusal.value.message
        assert server.pid


def test_another_process_learns_the_address_of_a_running_server(data):
    before = url_of_running(data)

    with Embedded(data, durable=False) as server:
        during = url_of_running(data)

    assert (before, during, url_of_running(data)) == (None, server.url, None)


def test_stopping_twice_is_stopping_once(data):
    server = Embedded(data, durable=False)
    server.start()

    server.stop()
    server.stop()

    assert server.pid is None
    with Embedded(data, durable=False) as again:
        assert again.pid


def test_tests_can_reach_it_by_tcp_with_its_password_only(data):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with Embedded(data, durable=False, tcp_port=port) as server:
        with psycopg.connect(server.tcp_url) as connection:
            answer = connection.execute("SELECT 1").fetchone()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"postgres://deskwire:wrong@127.0.0.1:{port}/deskwire")

    assert answer == (1,)


def test_a_server_that_does_not_start_says_why(fresh):
    Embedded(fresh, durable=False).__enter__().stop()
    (fresh / "postgres" / "cluster" / "global" / "pg_control").unlink()

    with pytest.raises(Unavailable, match="could not find the database system"):
        Embedded(fresh).start()


def test_the_cluster_of_another_version_is_refused(fresh):
    Embedded(fresh, durable=False).__enter__().stop()
    (fresh / "postgres" / "cluster" / "PG_VERSION").write_text("15\n")

    with pytest.raises(Unavailable, match="made by PostgreSQL 15"):
        Embedded(fresh).start()


def spawn_deskwire(data: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DESKWIRE, str(data)]
    here = Path(__file__).parent.parent
    pipe = subprocess.PIPE  # when the tests end early, it reads the end of its input, and ends
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=here)


def start_deskwire(data: Path) -> tuple[subprocess.Popen[str], int, int]:
    """Return it with the process numbers of its server and of the watch, when its row is committed."""
    deskwire = spawn_deskwire(data)
    assert deskwire.stdout
    server, watch = map(int, deskwire.stdout.readline().split())
    return deskwire, server, watch


def kill(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def is_running(pid: int) -> bool:
    """Tell whether the process has not ended, be it that nobody has read its end yet (state Z)."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def until(holds: Callable[[], object], seconds: float = 10) -> bool:
    """Wait for what another process does and tells nobody."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.002)
    return bool(holds())


async def execute(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql)
    finally:
        await connection.close()


async def titles_of(url: str) -> list[str]:
    return [row["title"] for row in await execute(url, "SELECT title FROM ticket")]


async def ask_asyncpg(url: str) -> str:
    return (await execute(url, "SELECT lower('ÄPFEL')"))[0][0]


async def ask_psycopg(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT lower('ÄPFEL')").fetchall()[0][0]


async def ask_tortoise(url: str) -> str:
    config = expand_db_url(url)
    client = import_module(config["engine"]).client_class(connection_name="default", **config["credentials"])
    await client.create_connection(with_db=True)
    rows = await client.execute_query_dict("SELECT lower('ÄPFEL') AS word")
    await client.close()
    return rows[0]["word"]


ANSWERS = {"asyncpg": ask_asyncpg, "psycopg": ask_psycopg, "tortoise": ask_tortoise}
