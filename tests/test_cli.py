"""The command line: all of Deskwire on one machine, and what an operator does beside it."""

import asyncio
import signal
import stat
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from installations import Installation, children_of, is_alive
from ports import free_port

from schema.printing import printed

pytestmark = pytest.mark.service
END_SECONDS = 25
READY = "Deskwire is ready"


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Installation]:
    """Deskwire as `deskwire up` runs it, without the demo."""
    installation = Installation(tmp_path_factory.mktemp("up") / "data", free_port())
    await installation.up(READY)
    yield installation
    await installation.kill()


async def test_up_says_first_where_everything_is(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data", free_port())

    words = await installation.up("Data ")

    assert f"GraphQL    http://127.0.0.1:{installation.port}/graphql\n" in words
    assert f"GraphiQL   http://127.0.0.1:{installation.port}/graphiql\n" in words
    assert f"Mail in    127.0.0.1:{installation.port + 25}, for <workspace>@localhost\n" in words
    assert words.endswith(f"Data       {installation.data}\n")
    await installation.kill()


async def test_a_signal_during_the_preparation_ends_well(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data", free_port())
    await installation.up("Database ")

    code = await installation.end(signal.SIGTERM)

    assert code == 0


async def test_what_up_starts_is_ready_and_its_secrets_are_closed(running: Installation) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{running.port}/readyz")

    assert answer.json()["status"] == "ready"
    assert stat.S_IMODE((running.data / "secret.key").stat().st_mode) == 0o600
    assert len((running.data / "secret.key").read_text()) == 64


async def test_a_port_in_use_is_refused_before_anything_starts(running: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path / "data", running.port)

    code, out, err = await other.run("up")

    assert (code, out) == (1, "")
    assert err == (
        f"deskwire: Port {running.port} is in use. Stop what listens there, or choose another with PORT.\n"
    )
    assert not other.data.exists()


async def test_a_mail_port_in_use_is_refused_before_anything_starts(
    running: Installation, tmp_path: Path
) -> None:
    other = Installation(tmp_path / "data", free_port())

    code, out, err = await other.run("up", DESKWIRE_SMTP_IN_PORT=str(running.port))

    assert (code, out) == (1, "")
    assert err.endswith("choose another with DESKWIRE_SMTP_IN_PORT.\n")
    assert not other.data.exists()


async def test_a_data_folder_in_use_is_refused(running: Installation) -> None:
    other = Installation(running.data, free_port())

    code, _, err = await other.run("up")

    assert code == 1
    assert "is in use by another Deskwire" in err
    assert "Traceback" not in err


async def test_an_operator_founds_a_workspace_and_its_key_opens_the_door(running: Installation) -> None:
    await running.run("workspaces", "create", "--slug", "acme", "--name", "Acme")
    await running.run(
        "members",
        "add",
        "--workspace",
        "acme",
        "--email",
        "ada@acme.example",
        "--name",
        "Ada",
        "--role",
        "AGENT",
    )

    code, key, _ = await running.run(
        "keys",
        "create",
        "--workspace",
        "acme",
        "--email",
        "ada@acme.example",
        "--scopes",
        "READ",
        "--scopes",
        "WRITE",
    )

    assert code == 0
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"http://127.0.0.1:{running.port}/graphql",
            json={"query": "{ tickets(first: 1) { totalCount } }"},
            headers={"authorization": f"Bearer {key.strip()}"},
        )
    assert answer.json()["data"] == {"tickets": {"totalCount": 0}}


async def test_a_refusal_is_one_line_and_exit_code_1(running: Installation) -> None:
    words = ("keys", "create", "--workspace", "nowhere", "--email", "a@b.example", "--scopes", "READ")

    assert await running.run(*words) == (1, "", "deskwire: There is no workspace nowhere.\n")


async def test_the_doctor_finds_nothing_wrong_and_says_where_mail_lies(running: Installation) -> None:
    code, out, err = await running.run("doctor")

    grades = {
        line.split()[1]: line.split()[0] for line in out.replace("secret key", "secret_key").splitlines()
    }
    assert (code, err) == (0, "")
    assert grades.pop("mail:") == "warn"
    assert set(grades.values()) == {"ok"}
    assert len(grades) == 12


async def test_the_doctor_fails_when_a_secret_is_open_to_others(running: Installation) -> None:
    path = running.data / "secret.key"
    path.chmod(0o644)

    code, out, _ = await running.run("doctor")

    path.chmod(0o600)
    assert code == 1
    assert f"FAIL data folder: Others can read or write {path} (-rw-r--r--)" in out


async def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    code, _, err = await Installation(tmp_path, 0).run("doctor", PORT="many")

    assert code == 1
    assert err.startswith("deskwire: PORT: Input should be a valid integer")
    assert "Traceback" not in err


async def test_a_database_that_is_away_is_told_in_a_line(tmp_path: Path) -> None:
    away = f"postgres://nobody@127.0.0.1:{free_port()}/deskwire"

    code, _, err = await Installation(tmp_path, 0).run("migrate", DATABASE_URL=away)

    assert code == 1
    assert err == "deskwire: The database does not answer just now. Please try again in a moment.\n"


async def test_a_process_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    code, _, err = await Installation(tmp_path, 0).run("work")

    assert code == 1
    assert err == "deskwire: There is no database. Set DATABASE_URL, or run `deskwire up` first.\n"


@pytest.mark.parametrize(("option", "name"), [((), "schema.graphql"), (("--public",), "public.graphql")])
async def test_the_schema_is_printed_as_it_is_served(
    option: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    code, out, _ = await Installation(tmp_path, 0).run("schema", *option)

    assert code == 0
    assert out == printed()[name]


async def test_help_loads_nothing_heavy() -> None:
    program = "import sys, cli; print(sorted({'tortoise', 'strawberry', 'pydantic'} & set(sys.modules)))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )

    out, _ = await process.communicate()

    assert out == b"[]\n"


async def test_a_signal_ends_all_in_time_and_a_new_start_finds_everything(running: Installation) -> None:
    children = children_of(running.pid)

    async with asyncio.timeout(END_SECONDS):
        code = await running.end(signal.SIGINT)

    assert code == 0
    assert len(children) >= 5
    assert not any(map(is_alive, children))
    await running.up(READY)
    assert await running.run("workspaces", "create", "--slug", "acme", "--name", "Acme") == (
        1,
        "",
        "deskwire: There is a workspace called acme already.\n",
    )


async def test_no_process_starts_without_the_key_that_signs(tmp_path: Path, database_url: str) -> None:
    environment = {"PATH": "/usr/bin:/bin", "DATABASE_URL": database_url, "DATA": str(tmp_path)}

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "cli", "serve", env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, words = await process.communicate()

    assert process.returncode == 1
    assert b"DESKWIRE_SECRET_KEY must be set" in words
    assert b"Traceback" not in words
