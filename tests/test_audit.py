"""The audit log: only ever added to, and sealed so that an altered row shows."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from models.audit import AuditRow, seal
from models.database import fetch
from models.permissions import Scope
from models.tenancy import systemwide
from resolvers import keys

ALTERATIONS = {
    "principal": "UPDATE audit_row SET principal = 'MEMBER:99' WHERE workspace_id = $1 AND seq = 3",
    "action": "UPDATE audit_row SET action = 'SIGNED_OUT' WHERE workspace_id = $1 AND seq = 3",
    "subject": "UPDATE audit_row SET subject = 'API_KEY:99' WHERE workspace_id = $1 AND seq = 3",
    "instant": "UPDATE audit_row SET at = at + interval '1 microsecond' WHERE workspace_id = $1 AND seq = 3",
    "seal": "UPDATE audit_row SET seal = md5('x') WHERE workspace_id = $1 AND seq = 3",
    "row": "DELETE FROM audit_row WHERE workspace_id = $1 AND seq = 3",
}


async def broken_at(workspace_id: int) -> int | None:
    """Return the number of the first row that does not follow from the one before it."""
    previous = ""
    rows = await AuditRow.filter(workspace_id=workspace_id).order_by("seq")
    for seq, row in enumerate(rows, start=1):
        values = {"principal": row.principal, "action": row.action, "subject": row.subject}
        previous = seal(previous, row.at, seq=seq, **values)
        if (row.seq, row.seal) != (seq, previous):
            return seq
    return None


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
        assert await broken_at(who.actor.workspace_id) is None


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


@pytest.mark.parametrize("alteration", ALTERATIONS.values(), ids=ALTERATIONS.keys())
async def test_an_altered_row_breaks_the_chain_where_it_stands(ada, alteration):
    async with trigger_off():
        await fetch(alteration, ada.actor.workspace_id)

    assert await broken_at(ada.actor.workspace_id) == 3


async def test_an_altered_row_that_was_sealed_anew_breaks_the_chain_behind_it(ada):
    rows = AuditRow.filter(workspace_id=ada.actor.workspace_id)
    before, row = await rows.get(seq=2), await rows.get(seq=3)
    forged = seal(before.seal, row.at, seq=3, principal="MEMBER:99", action=row.action, subject=row.subject)

    async with trigger_off():
        await rows.filter(seq=3).update(principal="MEMBER:99", seal=forged)

    assert await broken_at(ada.actor.workspace_id) == 4


@pytest.mark.parametrize("alteration", ALTERATIONS.values(), ids=ALTERATIONS.keys())
async def test_rows_are_neither_altered_nor_deleted(ada, alteration):
    with pytest.raises(asyncpg.RaiseError, match="only ever added"):
        await fetch(alteration, ada.actor.workspace_id)

    assert await broken_at(ada.actor.workspace_id) is None
