"""Rows stay in their workspace: by keys of the database, by the checker, by the list of doors."""

import ast
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest
from furniture import furnish
from tenancy_checker import Untenanted, check
from tortoise.transactions import in_transaction

from models.database import fetch
from models.tenancy import systemwide

GUARDS = import_module("models.migrations.0002_guards")
ROOT = Path(__file__).parent.parent
FOLDERS = ("models", "resolvers", "realtime", "jobs", "schema", "web", "widget")
DOORS = {
    "purge rows past their time",
    "purge files of attachments that nobody has any more",
    "fold the counts of tickets",
    "offer the outbox rows that are due",
    "count the outbox rows for the metrics",
    "count the automatic letters to an address that has not proved itself",
    "read the heads of the logs that are watched",
    "look up a session by its secret",
    "find the memberships of a person who signs in",
    "look up a ticket's token by its secret",
    "look up an API key by its secret",
    "end the other sessions of a person whose password changed",
    "look up an invitation by its secret",
    "count the invitations that were mailed to an address",
    "write down when API keys were used",
    "find the workspace of a reply address",
    "find the workspaces with resolved tickets to close",
    "count the mails that came in for the metrics",
    "count the mails in quarantine for the metrics",
}
"""Why a statement may cross workspaces. Each was thought about; a new one is to be as well."""
GLOBAL = {("member", "person_id")}
"""Columns of tenant tables that point out of the workspace: a person may be a member of many."""

KEYS = """
SELECT c.table_name AS child, c.column_name AS "column", EXISTS (
    SELECT FROM pg_constraint k
    WHERE k.contype = 'f' AND k.conrelid = to_regclass(c.table_name) AND k.conkey = ARRAY[
        (SELECT attnum FROM pg_attribute WHERE attrelid = k.conrelid AND attname = 'workspace_id'),
        (SELECT attnum FROM pg_attribute WHERE attrelid = k.conrelid AND attname = c.column_name)
    ]) AS is_held
FROM information_schema.columns c
JOIN information_schema.columns home USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND c.data_type = 'bigint' AND c.column_name LIKE '%\\_id'
  AND home.column_name = 'workspace_id' AND c.column_name <> 'workspace_id'
"""


@pytest.fixture
async def furnished(desk) -> tuple[dict[str, int], dict[str, int]]:
    """A row of each table in Acme and in Globex: table → id."""
    return await furnish(desk.ada.member), await furnish(desk.eve.member)


@pytest.mark.parametrize(("child", "column", "parent"), GUARDS.WITHIN_WORKSPACE)
async def test_no_row_can_point_into_another_workspace(furnished, child, column, parent):
    acme, globex = furnished
    point = f'UPDATE "{child}" SET {column} = $1 WHERE id = $2'

    with systemwide("try the keys"):
        await fetch(point, acme[parent], acme[child])
        with pytest.raises(Exception) as refusal:
            await fetch(point, globex[parent], acme[child])

    fault = refusal.value.__cause__
    assert isinstance(fault, asyncpg.ForeignKeyViolationError)
    assert fault.constraint_name == f"{child}_{column}_home"


async def test_every_id_in_a_tenants_row_is_held_in_its_workspace(desk):
    with systemwide("read the catalogue"):
        rows = await fetch(KEYS)

    loose = {(row["child"], row["column"]) for row in rows if not row["is_held"]}
    assert len(rows) >= len(GUARDS.WITHIN_WORKSPACE)
    assert loose == GLOBAL


@pytest.mark.parametrize("table", GUARDS.OF_WORKSPACE)
async def test_no_row_belongs_to_a_workspace_that_is_not_there(furnished, table):
    acme, _ = furnished

    with systemwide("try the keys"), pytest.raises(Exception) as refusal:
        async with in_transaction():  # the triggers are as they were afterwards
            await fetch(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            await fetch(f'UPDATE "{table}" SET workspace_id = 999999 WHERE id = $1', acme[table])

    assert isinstance(refusal.value.__cause__, asyncpg.ForeignKeyViolationError)


BARE = [
    "SELECT * FROM ticket WHERE id = $1",
    'SELECT "id" FROM "ticket"',
    "SELECT * FROM ticket WHERE workspace_id IS NOT NULL",
    "SELECT * FROM ticket WHERE workspace_id = $1 OR id = $2",
    "SELECT * FROM ticket WHERE NOT workspace_id = $1",
    "SELECT * FROM ticket WHERE workspace_id = workspace_id",
    "SELECT * FROM ticket WHERE id IN (SELECT ticket_id FROM comment WHERE workspace_id = $1)",
    "SELECT * FROM ticket JOIN comment ON comment.ticket_id = ticket.id WHERE ticket.workspace_id = $1",
    "SELECT * FROM ticket t, comment c WHERE t.workspace_id = $1 AND c.ticket_id = t.id",
    "SELECT * FROM workspace WHERE EXISTS (SELECT 1 FROM ticket WHERE id = $1)",
    "WITH lost AS (SELECT * FROM ticket) SELECT * FROM lost WHERE workspace_id = $1",
    "SELECT * FROM ticket WHERE workspace_id = $1 UNION SELECT * FROM ticket",
    "SELECT * FROM ticket t JOIN comment c ON c.workspace_id = t.workspace_id WHERE t.id = $1",
    "UPDATE ticket SET title = $1 WHERE id = $2",
    "UPDATE ticket SET workspace_id = $1 WHERE id = $2",
    "UPDATE ticket SET title = $1 FROM comment WHERE ticket.workspace_id = $2",
    "DELETE FROM comment WHERE id = $1",
    "DELETE FROM comment",
    "INSERT INTO label (name) VALUES ($1)",
    "INSERT INTO label (workspace_id, name) SELECT $1, name FROM label WHERE id = $2",
    "SELECT 1; DELETE FROM comment WHERE id = $1",
]
GOOD = [
    "SELECT * FROM ticket WHERE workspace_id = $1 AND id = $2",
    'SELECT "id" FROM "ticket" WHERE "workspace_id"=$1 AND ("id"=$2 OR "number"=$3)',
    "SELECT * FROM workspace WHERE id = $1",
    "SELECT * FROM ticket t JOIN comment c ON c.workspace_id = t.workspace_id AND c.ticket_id = t.id"
    " WHERE t.workspace_id = $1",
    "UPDATE ticket SET title = $1 WHERE workspace_id = $2",
    "DELETE FROM comment WHERE workspace_id = $1",
    "INSERT INTO label (workspace_id, name) VALUES ($1, $2)",
    "INSERT INTO label (workspace_id, name) SELECT $1, name FROM label WHERE workspace_id = $1",
    "SELECT * FROM ticket WHERE workspace_id = $1"
    " AND id IN (SELECT ticket_id FROM comment WHERE workspace_id = $1)",
]


@pytest.mark.parametrize("statement", BARE)
def test_the_checker_catches_a_statement_without_its_workspace(database, statement):
    with pytest.raises(Untenanted):
        check(statement)


@pytest.mark.parametrize("statement", GOOD)
def test_the_checker_passes_a_statement_with_its_workspace(database, statement):
    check(statement)


def test_the_checker_passes_what_may_cross_workspaces(database):
    with systemwide("try the checker"):
        check("SELECT * FROM ticket WHERE id = $1")


async def test_the_checker_is_on(desk):
    with pytest.raises(Untenanted):
        await fetch("SELECT * FROM ticket")


def test_every_door_between_workspaces_is_listed():
    found = [_reason(call) for folder in FOLDERS for call in _calls(folder)]

    assert sorted(found) == sorted(DOORS)


def _calls(folder: str) -> list[ast.Call]:
    trees = [
        ast.parse(path.read_text())
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts
    ]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in nodes if ast.unparse(node.func).split(".")[-1] == "systemwide"]


def _reason(call: ast.Call) -> str:
    [reason] = call.args
    assert isinstance(reason, ast.Constant), "a reason is written out where the door is"
    return str(reason.value)
