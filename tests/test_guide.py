"""The guide for integrators: every program in it is run, as it stands, against a running server."""

import asyncio
import os
import re
import sys
from pathlib import Path

import cast
import pytest
from running_web import RunningWeb
from services import program

from models.ticket_enums import Priority
from models.tickets import Ticket
from resolvers import comments, tickets
from schema.nodes import id_of

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "api" / "guide.md").read_text(encoding="utf-8")
WIDGET = ROOT / "widget"
SNIPPET = re.compile(r"^```(\w+) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SNIPPETS = SNIPPET.findall(GUIDE)
SAYS = [
    ["sh", '"name":"Ada"'],
    ["sh", "TKT-0002"],
    ["python", "TKT-0001 The printer is on fire"],
    ["python", "TKT-0001 HIGH"],
    ["python", "Somebody comes."],
    ["ts", "On our way."],
]
"""The language of each program, in their order, and something of what it prints."""

REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
"""What a bundle of today's kind needs for packages of yesterday's kind."""

SECONDS = 30

pytestmark = pytest.mark.service


def test_every_program_is_run_here():
    assert [language for language, _ in SNIPPETS] == [language for language, _ in SAYS]


@pytest.mark.parametrize("nth", range(len(SAYS)), ids=[f"{language}-{words}" for language, words in SAYS])
async def test_a_program_does_what_the_guide_says(web, ada, ticket, tmp_path, nth):
    language, source = SNIPPETS[nth]
    await tickets.update(ada.actor, ticket.id, {"priority": Priority.URGENT})

    running = asyncio.create_task(_run(language, source, web, ada, ticket, tmp_path))
    if "subscribe(" in source:
        await web.joined(1)
        await comments.reply(ada.actor, ticket.id, "Somebody comes.")

    assert SAYS[nth][1] in await running


async def _run(
    language: str, source: str, web: RunningWeb, who: cast.Somebody, ticket: Ticket, folder: Path
) -> str:
    """Run the program to its end, and return what it prints."""
    path = folder / f"program.{language}"
    path.write_text(source, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *await _command(language, path),
        env=os.environ | {"BASE_URL": web.url, "KEY": who.key, "TICKET": id_of(ticket)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def _command(language: str, path: Path) -> list[str]:
    if language == "python":
        return [sys.executable, str(path)]
    if language == "sh":
        return [program("bash"), str(path)]
    node, bundle = program("node"), path.with_suffix(".mjs")
    bundler = program("esbuild", str(WIDGET / "node_modules" / ".bin"))
    built = await asyncio.create_subprocess_exec(
        *(bundler, str(path), "--bundle", "--platform=node", "--format=esm", f"--outfile={bundle}"),
        *("--log-level=error", f"--banner:js={REQUIRE}"),
        env=os.environ | {"NODE_PATH": str(WIDGET / "node_modules")},
    )
    assert await built.wait() == 0
    return [node, str(bundle)]
