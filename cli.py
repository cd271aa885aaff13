"""The command line: `deskwire up`, its processes one by one, and what an operator does by hand."""

import asyncio
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from models.errors import DeskError
from models.permissions import Role, Scope

# Everything else is imported where it is needed, so that `--help` is quick.

T = TypeVar("T")
commands = typer.Typer(
    name="deskwire",
    help="A help desk built as a GraphQL API with real-time subscriptions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
workspaces = typer.Typer(help="Workspaces, the tenants.", no_args_is_help=True)
members = typer.Typer(help="Members of a workspace.", no_args_is_help=True)
keys = typer.Typer(help="API keys.", no_args_is_help=True)
audit = typer.Typer(help="The audit log.", no_args_is_help=True)
commands.add_typer(workspaces, name="workspaces")
commands.add_typer(members, name="members")
commands.add_typer(keys, name="keys")
commands.add_typer(audit, name="audit")

Slug = Annotated[str, typer.Option("--workspace", help="The workspace's short name, such as `acme`.")]
Email = Annotated[str, typer.Option(help="The address that the person signs in with.")]


def main() -> None:
    """Run the command. What a person can mend is told in a line; the exit code is then 1."""
    try:
        commands()
    except Exception as fault:
        words = _words(fault)
        if words is None:
            raise
        print(f"deskwire: {words}", file=sys.stderr)
        sys.exit(1)


@commands.command()
def up() -> None:
    """Run everything on this machine, with a database and a demo of its own."""
    from jobs.up import up
    from web import logs

    logs.set_up()
    up()


@commands.command()
def serve() -> None:
    """Run a web process."""
    _join(lambda number, frame: sys.exit(0))
    import app

    app.serve()


@commands.command()
def work() -> None:
    """Run a worker process: notices, mails."""
    from jobs.worker import run_worker

    stop = threading.Event()
    url = _join(lambda number, frame: stop.set())
    run_worker(stop, url)


@commands.command()
def tick() -> None:
    """Run a clock process: what is done by the hour."""
    from jobs.tick import keep_running

    _run_until_signal(keep_running)


@commands.command()
def listen() -> None:
    """Run a process that takes mail in, by SMTP."""
    from jobs.listen import keep_listening

    _run_until_signal(keep_listening)


@commands.command()
def migrate(
    target: Annotated[str | None, typer.Option(help="Such as `models.0001_tables`; else the newest.")] = None,
) -> None:
    """Bring the database's schema to what the code needs, or to another version."""
    from jobs import installation, up
    from models.schema_version import migrate
    from settings import settings

    with installation.reached():
        asyncio.run(migrate(settings.database_url, target=target) if target else up.prepare())


@commands.command()
def seed() -> None:
    """Make the demo's workspaces unless they are there, and print where its logins are."""
    from jobs import installation, up
    from jobs.demo.card import NAME
    from settings import settings

    async def run() -> None:
        await up.prepare()
        await up.demo(lambda line: print(line, file=sys.stderr, flush=True))

    with installation.reached():
        asyncio.run(run())
    print(settings.data / NAME)


@commands.command()
def doctor() -> None:
    """Look at everything that Deskwire needs; exit with 1 when something does not work."""
    from jobs import installation
    from jobs.doctor import Grade, examine
    from settings import settings
    from web import logs

    settings.log_level = "CRITICAL"  # the findings say it all
    logs.set_up()
    with installation.reached():
        findings = asyncio.run(examine())
    for name, finding in findings:
        print(f"{finding.grade:<5}{name}: {finding.words}")
    if any(finding.grade is Grade.FAIL for _, finding in findings):
        sys.exit(1)


@commands.command()
def schema(
    public: Annotated[
        bool, typer.Option("--public", help="The customers' schema, not the members'.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write both into docs/ instead.")] = False,
) -> None:
    """Print the GraphQL schema, or write both into docs/."""
    from schema import printing

    if write:
        printing.write(Path(__file__).parent / "docs")
        return
    print(printing.printed()["public.graphql" if public else "schema.graphql"], end="")


@workspaces.command("create")
def create_workspace(
    slug: Annotated[str, typer.Option(help="Its short name in addresses, such as `acme`.")],
    name: Annotated[str, typer.Option(help="As people see it.")],
    zone: Annotated[str, typer.Option(help="IANA time zone of its office hours.")] = "UTC",
) -> None:
    """Found a workspace."""
    from resolvers.workspaces import found

    _with_database(lambda: found(slug, name, zone=zone))
    print(f"{slug} is there. Add somebody with `deskwire members add`.")


@members.command("add")
def add_member(
    workspace: Slug,
    email: Email,
    name: Annotated[str, typer.Option(help="As colleagues and customers see it.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.AGENT,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, envvar="DESKWIRE_PASSWORD", help="Asked if left out.")
    ] = "",
) -> None:
    """Make a person a member of a workspace. A person who is known already keeps their password."""
    from jobs import operator
    from resolvers.workspaces import add_member

    async def add() -> None:
        await add_member(await operator.workspace(workspace), email, name, role, password)

    _with_database(add)
    print(f"{email} is a member of {workspace}.")


@keys.command("create")
def create_key(
    workspace: Slug,
    email: Email,
    scopes: Annotated[list[Scope], typer.Option(help="What the key may do; can be given several times.")],
    name: Annotated[str, typer.Option(help="What the key is used for.")] = "Command line",
) -> None:
    """Make an API key that acts for a member, and print it: it is shown only now."""
    from jobs import operator

    print(_with_database(lambda: operator.new_key(workspace, email, name, frozenset(scopes))))


@audit.command("verify")
def verify_audit(
    workspace: Annotated[str | None, typer.Option(help="Its short name; all of them if left out.")] = None,
) -> None:
    """Name every row of the audit log that was altered, moved or deleted; exit with 1 when there is one."""
    from jobs.audit import verify

    chains = _with_database(lambda: verify(workspace))
    for chain in chains:
        verdict = "; ".join(chain.faults) or "all as it was written"
        print(f"{chain.slug}: {verdict} ({chain.rows} rows, the last seal is {chain.last_seal or 'none'})")
    if any(chain.faults for chain in chains):
        sys.exit(1)


def _with_database(body: Callable[[], Awaitable[T]]) -> T:
    """Run an operation on the installation's database."""
    from jobs import installation
    from models.database import database
    from settings import settings

    async def run() -> T:
        async with database(settings.database_url, pool=2):
            return await body()

    with installation.reached():
        return asyncio.run(run())


def _run_until_signal(run: Callable[[str, asyncio.Event], Awaitable[None]]) -> None:
    """Be a process that runs on the database's address until the event, which SIGINT and SIGTERM set."""
    stop = asyncio.Event()
    url = _join(lambda number, frame: sys.exit(0))

    async def watched() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await run(url, stop)

    asyncio.run(watched())


def _join(end: Callable[[int, object], None]) -> str:
    """Begin a long-running process: `end` is called at SIGINT and SIGTERM. Returns the database's address."""
    from jobs import installation, processes
    from models.secrets import signing_key
    from settings import settings
    from web import logs

    processes.follow_supervisor()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    logs.set_up()
    installation.join()
    signing_key()  # without it nothing could be signed: better not to start
    return settings.database_url


def _words(fault: Exception) -> str | None:
    """Return what to tell the operator, None when the fault is a bug of ours."""
    if isinstance(fault, DeskError):
        return fault.message
    with suppress(ImportError):
        from pydantic import ValidationError

        if isinstance(fault, ValidationError):
            return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
    from asyncpg import InvalidAuthorizationSpecificationError, InvalidCatalogNameError

    if isinstance(fault, InvalidAuthorizationSpecificationError | InvalidCatalogNameError):
        return f"The database says: {fault}"
    from models.faults import refusal_of

    refusal = refusal_of(fault)
    return refusal and refusal.message


if __name__ == "__main__":
    main()
