"""The embedded server's cluster: how it is made, its settings, who may connect, how a leftover ends."""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

from models.embedded_account import Account, own_name
from models.embedded_locks import open_lock, take_within
from models.embedded_programs import MAJOR
from models.errors import Unavailable

ROLE = "deskwire"  # owns the database and is no superuser: no way from SQL to the shell
DATABASE = "deskwire"
LEFTOVER_SECONDS = 30  # a dead server's last query is ended by its own time limit before this
WATCH_SECONDS = 2  # the dead process's watch is most likely ending the server already

SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "deadlock_timeout": "200ms",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # Parallel plans need more shared memory than containers have (64 MB).
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    # No standby ever follows this server.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    # Errors of statements come to us anyway; in the log they would show people's words.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
# The builtin locale sorts and folds case alike on every machine; its superuser can never connect.
INITDB = (
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--username=postgres", "--auth=reject", "--no-instructions"),
)
FAST_AND_LOOSE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def settings_of(home: Path, run: Path, *, tcp_port: int | None, durable: bool) -> list[str]:
    """Return the server's settings as options of its command; they win over its own file's."""
    chosen = {
        **SETTINGS,
        **({} if durable else FAST_AND_LOOSE),
        "listen_addresses": "127.0.0.1" if tcp_port else "",
        "port": str(tcp_port or 5432),
        "unix_socket_directories": str(run),
        "unix_socket_permissions": "0700",
        "hba_file": str(home / "hba.conf"),
        "ident_file": str(home / "ident.conf"),
    }
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def write_rules(home: Path, *, tcp: bool) -> None:
    """Write who may connect: our own user, whom the kernel vouches for; by TCP with a password."""
    rules = f"local all {ROLE} peer map=us\n"
    if tcp:
        rules += f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n"
    for name, text in (("hba.conf", rules), ("ident.conf", f'us "{own_name()}" {ROLE}\n')):
        file = home / name
        file.write_text(text)
        file.chmod(0o644)  # read by the server's account; there is no secret in it


def make_cluster(home: Path, programs: Path, account: Account, *, durable: bool) -> None:
    """Make the cluster with its role and database, unless there is one.

    It is made beside its place and moved there when it is whole, so there is never half a one.
    Refuses with Unavailable the cluster of another version.
    """
    cluster = home / "cluster"
    if cluster.exists():
        _check_version(cluster)
        return
    for rest in home.glob("new-*"):
        shutil.rmtree(rest, ignore_errors=True)
    new = account.own(Path(tempfile.mkdtemp(prefix="new-", dir=home)))
    sync = [] if durable else ["--no-sync"]
    account.run([programs / "initdb", *INITDB, *sync, "-D", new])
    _run_sql(
        new,
        programs,
        account,
        f"CREATE ROLE {ROLE} LOGIN CREATEDB",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
    )
    new.rename(cluster)
    _sync_folder(home)


def set_password(home: Path, programs: Path, account: Account) -> str:
    """Give our role a new password and return it."""
    password = secrets.token_hex(16)
    sql = f"ALTER ROLE {ROLE} PASSWORD '{password}'"
    _run_sql(home / "cluster", programs, account, sql)
    return password


@contextlib.contextmanager
def end_leftover(home: Path, run: Path, programs: Path, account: Account) -> Generator[int]:
    """End a server that a dead Deskwire left in the home, and give the lock for the next one.

    The server inherits that lock, and its processes keep it until the last of them is gone.
    """
    with open_lock(home / "running") as running:
        if not take_within(running, WATCH_SECONDS):
            _stop_leftover(home, programs, account, running)
        # Nothing runs, so the numbers left in these files mean nothing; a server would take them
        # for a rival's if they belong to another process by now, or to one not reaped yet.
        for left in (home / "cluster" / "postmaster.pid", *run.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)
        yield running


def _stop_leftover(home: Path, programs: Path, account: Account, running: int) -> None:
    for mode in ("fast", "immediate"):
        stop = [programs / "pg_ctl", "stop", "-m", mode, "-t", str(LEFTOVER_SECONDS)]
        account.can([*stop, "-D", home / "cluster"])
        if take_within(running, LEFTOVER_SECONDS):
            return
    raise Unavailable(f"A database left running in {home} does not end. End it by hand.")


def _check_version(cluster: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    if made_by != MAJOR:
        raise Unavailable(
            f"The database in {cluster} was made by PostgreSQL {made_by}, and this is PostgreSQL"
            f" {MAJOR}. Bring it over with a dump made by the old version."
        )


def _run_sql(cluster: Path, programs: Path, account: Account, *statements: str) -> None:
    """Run statements as superuser while no server runs; none may hold a line break."""
    account.run(
        [programs / "postgres", "--single", "-D", cluster, "-c", "exit_on_error=on", "postgres"],
        "".join(f"{statement}\n" for statement in statements),
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
