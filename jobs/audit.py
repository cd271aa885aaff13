"""`deskwire audit verify`: walking the audit chains of workspaces, naming every row that does not fit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from jobs import operator
from models.audit import AuditRow, seal
from models.counters import Counter, CounterName
from models.workspaces import Workspace

BATCH = 1000


@dataclass
class Chain:
    """What was found of a workspace's audit log. `faults` are sentences, none when all is as it was written.

    `last_seal` stands for the whole chain: noted elsewhere, it also shows when all of it was forged.
    """

    slug: str
    rows: int = 0
    last_seal: str = ""
    faults: list[str] = field(default_factory=list[str])


async def verify(slug: str | None) -> list[Chain]:
    """Walk the audit log of the workspace, or of all by slug. Refuses with NotFound an unknown one."""
    homes = [await operator.workspace(slug)] if slug else await Workspace.all().order_by("slug")
    return [await _examined(home) for home in homes]


async def _examined(home: Workspace) -> Chain:
    chain, seq, before = Chain(home.slug), 0, ""
    written = await _last_number(home)
    async for row in _rows(home):
        chain.rows += 1
        if row.seq < 1:
            chain.faults.append(f"row {row.seq} was never written by us")
            continue
        if row.seq != seq + 1:
            chain.faults.append(_missing(seq + 1, row.seq - 1))
            chain.faults.append(f"row {row.seq} cannot be checked, for the one before it is missing")
        elif row.seal != _sealed(row, before):
            chain.faults.append(f"row {row.seq} was altered, or does not follow from the one before it")
        seq, before = row.seq, row.seal
    chain.last_seal = before
    if seq < written:
        chain.faults.append(_missing(seq + 1, written))
    if seq > (given_out := await _last_number(home)):
        chain.faults.append(f"row {seq} was never written by us: the last number given out is {given_out}")
    return chain


async def _rows(home: Workspace) -> AsyncIterator[AuditRow]:
    """Yield the rows in order, reading some at a time."""
    last = None
    while True:
        rows = AuditRow.filter(workspace_id=home.id).order_by("seq").limit(BATCH)
        batch = await (rows if last is None else rows.filter(seq__gt=last))
        for row in batch:
            yield row
        if len(batch) < BATCH:
            return
        last = batch[-1].seq


async def _last_number(home: Workspace) -> int:
    return (await Counter.get(workspace_id=home.id, name=CounterName.AUDIT)).value


def _sealed(row: AuditRow, before: str) -> str:
    return seal(before, row.at, seq=row.seq, principal=row.principal, action=row.action, subject=row.subject)


def _missing(first: int, last: int) -> str:
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"
