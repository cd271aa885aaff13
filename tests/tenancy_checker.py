"""Fails any statement on a tenant table that does not carry its workspace. On during the whole run."""

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp
from tortoise import Tortoise

from models.tenancy import Tenant, crossing

PARAMETER = re.compile(r"\$(\d+)")


class Untenanted(AssertionError):
    """A statement could reach rows of another workspace."""


def check(statement: str) -> None:
    """Raise Untenanted for a statement that reaches a tenant table without its workspace."""
    if crossing() is None and (table := _bare_table(statement)) is not None:
        raise Untenanted(f"No workspace for {table} in: {statement}")


@lru_cache(maxsize=5000)
def _bare_table(statement: str) -> str | None:
    """Return a tenant table that the statement reaches without naming its workspace."""
    if statement.lstrip()[:8].upper().startswith(("TRUNCATE", "LISTEN", "NOTIFY")):
        return None
    tenants = {
        model._meta.db_table for model in Tortoise.apps["models"].values() if issubclass(model, Tenant)
    }
    readable = PARAMETER.sub(r"\1", statement)  # the parser takes $1,$2 for a dollar-quoted text
    for part in sqlglot.parse(readable, read="postgres"):
        for found in part.find_all(exp.Table) if part else ():
            if found.name in tenants and not _carries_workspace(found):
                return found.name
    return None


def _carries_workspace(table: exp.Table) -> bool:
    """Tell whether the part of the statement that names the table names the workspace for it."""
    home = table.find_ancestor(exp.Insert, exp.Update, exp.Delete, exp.Select)
    if isinstance(home, exp.Insert):
        columns = home.this.expressions if isinstance(home.this, exp.Schema) else []
        return any(column.name == "workspace_id" for column in columns)
    return home is not None and bool({"", table.alias_or_name} & _bound(home))


def _bound(part: exp.Expr) -> set[str]:
    """Return the tables of this part that are bound to a workspace, "" standing for an unnamed one.

    One is bound by a value, or by one that is: `c.workspace_id = t.workspace_id`.
    """
    found = [_workspaces(equality) for equality in _demands(part)]
    bound = {names[0] for names in found if len(names) == 1}
    links = [set(names) for names in found if len(names) == 2]
    while more := [link for link in links if link & bound and not link <= bound]:
        bound |= more[0]
    return bound


def _demands(part: exp.Expr) -> list[exp.EQ]:
    """Return the equalities that every row of this part meets: none under OR, NOT or a subquery."""
    joins = part.args.get("joins") or ()
    conditions = [part.args.get("where"), *(join.args.get("on") for join in joins)]
    demands = [condition.this if isinstance(condition, exp.Where) else condition for condition in conditions]
    flat = [each for demand in demands if demand is not None for each in _conjuncts(demand)]
    return [each for each in flat if isinstance(each, exp.EQ)]


def _conjuncts(condition: exp.Expr) -> list[exp.Expr]:
    bare = condition.unnest()
    return [*_conjuncts(bare.left), *_conjuncts(bare.right)] if isinstance(bare, exp.And) else [bare]


def _workspaces(equality: exp.EQ) -> list[str]:
    """Return the tables whose workspace stands on either side."""
    sides = (equality.left, equality.right)
    return [side.table for side in sides if isinstance(side, exp.Column) and side.name == "workspace_id"]
