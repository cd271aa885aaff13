"""Lets the public judges judge the API, and prints a line for each: `python -m tests.judges`.

They lie in the folder that JUDGES names (~/judges); JUDGE=ws runs one alone. What is not installed
there is skipped.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.database import database
from resolvers import tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket
from schema.ids import global_id
from tests.benchmarks import stage
from tests.judges import papers
from tests.judges.probe import probe
from tests.judges.verdicts import Verdict, verdict_of

TICKETS = 60
NO_TICKET = 999_999
SOCKETS = {"DESKWIRE_SOCKETS_PER_PRINCIPAL": "200", "DESKWIRE_SOCKETS_PER_ADDRESS": "200"}
SCALARS = dict.fromkeys(("DateTime", "Cursor", "EventCursor", "EmailAddress"), "string")
HOME = Path(os.environ.get("JUDGES", "~/judges")).expanduser().absolute()
NOTES = HOME / "out"  # beside their packages, which the code that they generate imports
NODE = "node_modules"
JUDGES = {
    "http-audit": NODE,
    "ws": NODE,
    "clients": NODE,
    "relay": NODE,
    "lint-eslint": NODE,
    "lint-schema-linter": NODE,
    "inspector": NODE,
    "codegen-ts": NODE,
    "py-ariadne": "py/ariadne/bin/python",
    "py-sgqlc": "py/sgqlc/bin/python",
    "py-gql": "py/gqlc/bin/python",
}
"""What each needs of what their install.sh makes."""


@dataclass(frozen=True)
class Stand:
    """Where the judges find us: a port, a key, and a file that says what to ask."""

    port: int
    key: str
    probe: Path


def main() -> None:
    wanted = [os.environ["JUDGE"]] if os.environ.get("JUDGE") else list(JUDGES)
    if unknown := set(wanted) - set(JUDGES):
        sys.exit(f"There is no judge {', '.join(unknown)}; there are {', '.join(JUDGES)}.")
    if not (HOME / "run_all.sh").exists():
        print(f"No judges in {HOME}: put their folder there, or name it in JUDGES, and run its install.sh.")
    present = [judge for judge in wanted if _is_installed(judge)]
    total = Verdict(skipped=len(wanted) - len(present))
    if present:
        total += _judged(present)
    print(f"total:\n{total}")
    sys.exit(1 if total.failed else 0)


def _is_installed(judge: str) -> bool:
    needs = JUDGES[judge]
    return (HOME / needs).exists() and (needs != NODE or shutil.which("node") is not None)


def _judged(judges: list[str]) -> Verdict:
    with stage.embedded_database() as url, tempfile.TemporaryDirectory(prefix="deskwire-") as folder:
        return asyncio.run(_judge_all(url, Path(folder) / "probe.json", judges))


async def _judge_all(url: str, path: Path, judges: list[str]) -> Verdict:
    async with database(url):
        office = await stage.found("judges")
        ticket_id = await _fill(office)
    _write_probe(path, ticket_id)
    total = Verdict()
    async with stage.web(url, **SOCKETS) as port:
        for judge in judges:
            total += await _judge(judge, Stand(port, office.key, path))
    return total


async def _fill(office: stage.Office) -> str:
    """Create tickets of several customers; return the id of the last."""
    last = 0
    for nth in range(TICKETS):
        contact = ContactRef(email=f"customer{nth % 7}@example.org")
        last = (await tickets.create(office.ada, NewTicket(f"Printer {nth}", contact=contact))).id
    return global_id("Ticket", last)


def _write_probe(path: Path, ticket_id: str) -> None:
    path.write_text(json.dumps(probe(ticket_id, absent_id=global_id("Ticket", NO_TICKET))))


async def _judge(judge: str, stand: Stand) -> Verdict:
    """Run one judge, print its verdict, and where it is against us what it says."""
    process = await asyncio.create_subprocess_exec(
        "./run_all.sh", cwd=HOME, env=os.environ | _told(judge, stand), stdout=asyncio.subprocess.DEVNULL
    )
    await process.wait()
    verdict = verdict_of((NOTES / f"{judge}.log").read_text(errors="replace"))
    print(f"{judge:<20} {verdict}", *verdict.failures, sep="\n", flush=True)
    return verdict


def _told(judge: str, stand: Stand) -> dict[str, str]:
    url = f"http://127.0.0.1:{stand.port}/graphql"
    return {
        "GQL_ONLY": judge,
        "GQL_HTTP": url,
        "GQL_WS": url.replace("http", "ws", 1),
        "GQL_AUTH": f"Bearer {stand.key}",
        "GQL_PROBE": str(stand.probe),
        "GQL_SDL": str(papers.SCHEMA),
        "GQL_OPS": str(papers.OPERATIONS),
        "GQL_LINT_NOID": json.dumps(papers.NO_IDENTITY),
        "GQL_SCALARS": json.dumps(SCALARS),
        "GQL_OUT": str(NOTES),
    } | (_told_inspector(stand.probe.parent) if judge == "inspector" else {})


def _told_inspector(folder: Path) -> dict[str, str]:
    return {
        "GQL_SDL": str(papers.schema_as_introspected(folder)),
        "GQL_OPS": str(papers.every_operation(folder)),
    }


if __name__ == "__main__":
    main()
