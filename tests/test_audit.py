"""The audit log: only ever added to, and sealed so that an altered row shows."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from installations import Installation

from jobs.audit import verify
from models.audit import AuditRow, seal
from models.database import fetch
from models.permissions import Scope
from models.tenancy import systemwide
from models.workspaces import Workspace
from resolvers import keys

ALTERATIONS = {
    "principal": "UPDATE audit_row SET principal = 'MEMBER:99' WHERE workspace_id = $1 AND seq = 3",
    "action": "UPDATE audit_row SET action = 'SIGNED_OUT' WHERE workspace_id = $1 AND seq = 3",
    "subject": "UPDATE audit_row SET subject = 'API_KEY:99' WHERE workspace_id = $1 AND seq = 3",
    "instant": "UPDATE audit_row SET at = at + interval '1 microsecond' WHERE workspace_id = $1 AND seq = 3",
    "seal": "UPDATE audit_row SET seal = md5('x') WHERE workspace_id = $1 AND seq = 3",
    "row": "DELETE FROM audit_row WHERE workspace_id = $1 AND seq = 3",
}
ALTERED = "row {} was altered, or does not follow from the one before it"
UNCHECKED = "row {} cannot be checked, for the one before it is missing"
FOUND = {
    "seal": [ALTERED.format(3), ALTERED.format(4)],
    "row": ["row 3 is missing", UNCHECKED.format(4)],
}
"""What a walk finds of an alteration, where that is not the third row alone."""


async def faults(workspace: Workspace) -> list[str]:
    """Return what a walk of the workspace's chain finds."""
    [chain] = await verify(workspace.slug)
    return chain.faults


async def test_rows_written_at_once_make_one_chain_in_each_workspace(ada, eve):
    making = [
        keys.create_key(who.actor, who.member.id, f"Key {nth}", frozenset({Scope.READ}))
        for nth in range(20)
        for who in (ada, eve)
    ]

    await asyncio.gather(*making)

    for who, already in ((ada, 5), (eve, 2)):
        rows = AuditRow.filter(workspace_id=who.actor.workspace_id)
        assert await rows.count() == already + 20
    assert [chain.faults for chain in await verify(None)] == [[], []]


@asynccontextmanager
async def trigger_off() -> AsyncGenerator[None]:
    """Let rows be altered, as only the owner of the database can."""
    with systemwide("switch a trigger off and on again"):
        await fetch("ALTER TABLE audit_row DISABLE TRIGGER audit_row_append_only")
    try:
        yield
    finally:
        with systemwide("switch a trigger off and on again"):
            await fetch("ALTER TABLE audit_row ENABLE TRIGGER audit_row_append_only")


@pytest.mark.parametrize(
    ("alteration", "found"),
    [(words, FOUND.get(name, [ALTERED.format(3)])) for name, words in ALTERATIONS.items()],
    ids=ALTERATIONS.keys(),
)
async def test_a_walk_names_the_row_that_was_altered_or_deleted(desk, alteration, found):
    async with trigger_off():
        await fetch(alteration, desk.acme.id)

    assert await faults(desk.acme) == found
    assert await faults(desk.globex) == []


async def test_an_altered_row_that_was_sealed_anew_breaks_the_chain_behind_it(desk):
    rows = AuditRow.filter(workspace_id=desk.acme.id)
    before, row = await rows.get(seq=2), await rows.get(seq=3)
    forged = seal(before.seal, row.at, seq=3, principal="MEMBER:99", action=row.action, subject=row.subject)

    async with trigger_off():
        await rows.filter(seq=3).update(principal="MEMBER:99", seal=forged)

    assert await faults(desk.acme) == [ALTERED.format(4)]


async def test_rows_that_changed_places_are_both_named(desk):
    async with trigger_off():
        for old, new in ((2, 100), (3, 2), (100, 3)):
            await AuditRow.filter(workspace_id=desk.acme.id, seq=old).update(seq=new)

    assert await faults(desk.acme) == [ALTERED.format(2), ALTERED.format(3), ALTERED.format(4)]


async def test_rows_cut_off_at_the_end_are_missed(desk):
    async with trigger_off():
        await AuditRow.filter(workspace_id=desk.acme.id, seq__gt=2).delete()

    assert await faults(desk.acme) == ["rows 3 to 5 are missing"]


async def test_a_row_that_was_put_behind_the_end_is_named(desk):
    async with trigger_off():
        await AuditRow.filter(workspace_id=desk.acme.id, seq=5).update(seq=9)

    assert await faults(desk.acme) == [
        "rows 5 to 8 are missing",
        UNCHECKED.format(9),
        "row 9 was never written by us: the last number given out is 5",
    ]


async def test_a_long_log_is_walked_piece_by_piece(desk, monkeypatch):
    monkeypatch.setattr("jobs.audit.BATCH", 2)

    [acme, globex] = await verify(None)

    assert (acme.slug, acme.rows, acme.faults) == ("acme", 5, [])
    assert (globex.slug, globex.rows, globex.faults) == ("globex", 2, [])
    newest = await AuditRow.filter(workspace_id=desk.acme.id).order_by("-seq").first()
    assert newest is not None and acme.last_seal == newest.seal


async def test_the_command_tells_of_each_workspace_and_fails_where_something_is_wrong(
    desk, database_url, tmp_path
):
    program = Installation(tmp_path, 0)
    right = await program.run("audit", "verify", DATABASE_URL=database_url)
    async with trigger_off():
        await fetch(ALTERATIONS["subject"], desk.acme.id)

    wrong = await program.run("audit", "verify", DATABASE_URL=database_url)
    elsewhere = await program.run("audit", "verify", "--workspace", "globex", DATABASE_URL=database_url)

    assert right[0] == 0 and right[1].startswith("acme: all as it was written (5 rows, the last seal is ")
    assert wrong[0] == 1 and wrong[1].startswith(f"acme: {ALTERED.format(3)} (5 rows")
    assert elsewhere[0] == 0 and elsewhere[1].startswith("globex: all as it was written (2 rows")


@pytest.mark.parametrize("alteration", ALTERATIONS.values(), ids=ALTERATIONS.keys())
async def test_rows_are_neither_altered_nor_deleted(desk, alteration):
    with pytest.raises(asyncpg.RaiseError, match="only ever added"):
        await fetch(alteration, desk.acme.id)

    assert await faults(desk.acme) == []
