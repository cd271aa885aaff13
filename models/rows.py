"""Rows from raw statements, for what the ORM's own queries cannot say; and many rows at once into a table."""

# pyright: reportPrivateUsage=false

from collections.abc import Callable
from typing import Any, TypeVar

from tortoise.fields import Field, JSONField

from models.database import connection, fetch
from models.tenancy import Tenant

Row = TypeVar("Row", bound=Tenant)

RESERVE = "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2)"


async def select(model: type[Row], clauses: str, *values: object) -> list[Row]:
    """Return the rows of `SELECT all columns FROM the model's table` and these clauses."""
    columns = ", ".join(f'"{name}"' for name in model._meta.fields_db_projection.values())
    records = await fetch(f'SELECT {columns} FROM "{model._meta.db_table}" {clauses}', *values)  # noqa: S608
    return [_row(model, record) for record in records]


async def count(model: type[Tenant], clauses: str, *values: object) -> int:
    """Return how many rows `SELECT FROM the model's table` and these clauses have."""
    [row] = await fetch(f'SELECT count(*) AS count FROM "{model._meta.db_table}" {clauses}', *values)  # noqa: S608
    return int(row["count"])


async def select_for_each(
    model: type[Row], clauses: str, parents: list[int], *values: object
) -> list[tuple[int, Row]]:
    """Return for each parent the rows of these clauses, in one statement: (parent, row), parent by parent.

    In the clauses `parent.key` is the parent's id, $1 the list of the parents, and the values follow.
    """
    columns = ", ".join(f'"{name}"' for name in model._meta.fields_db_projection.values())
    statement = (
        f'SELECT parent.key AS "parent", found.* FROM unnest($1::bigint[]) AS parent (key)'  # noqa: S608
        f' CROSS JOIN LATERAL (SELECT {columns} FROM "{model._meta.db_table}" {clauses}) AS found'
    )
    records = await fetch(statement, parents, *values)
    return [(record.pop("parent"), _row(model, record)) for record in records]


async def update_all(rows: list[Row], names: list[str]) -> None:
    """Write the named columns of the rows, which are of one workspace, in one statement."""
    if not rows:
        return
    meta = rows[0]._meta
    columns = ", ".join(f'"{name}"' for name in names)
    set_to = ", ".join(f'"{name}" = changed."{name}"' for name in names)
    lists = ", ".join(f"${n}::{_type(meta.fields_map[name])}[]" for n, name in enumerate(["id", *names], 2))
    encoders = {name: _encoder(meta.fields_map[name]) for name in ("id", *names)}
    values = [[encode(getattr(row, name)) for row in rows] for name, encode in encoders.items()]
    statement = (
        f'UPDATE "{meta.db_table}" AS kept SET {set_to}'  # noqa: S608
        f" FROM unnest({lists}) AS changed (id, {columns})"
        " WHERE kept.workspace_id = $1 AND kept.id = changed.id"
    )
    await fetch(statement, rows[0].workspace_id, *values)


async def reserved_ids(model: type[Tenant], count: int) -> list[int]:
    """Return so many ids, ascending, that no other row of the model gets."""
    return [row["id"] for row in await fetch(RESERVE, model._meta.db_table, count)]


async def copy_in(rows: list[Row]) -> None:
    """Insert the rows, which have their ids, by COPY: many times faster than one by one."""
    if not rows:
        return
    meta = rows[0]._meta
    encoders = {name: _encoder(meta.fields_map[name]) for name in meta.fields_db_projection}
    async with connection().acquire_connection() as driver:
        await driver.copy_records_to_table(
            meta.db_table,
            columns=list(meta.fields_db_projection.values()),
            records=[[encode(getattr(row, name)) for name, encode in encoders.items()] for row in rows],
        )


def _row(model: type[Row], record: dict[str, Any]) -> Row:
    return model._init_from_db(**record)


def _type(field: Field[Any]) -> str:
    """Return the name of the column's type in SQL."""
    return field.get_for_dialect("postgres", "SQL_TYPE")


def _encoder(field: Field[Any]) -> Callable[[Any], Any]:
    """Return what makes of the field's value one that the driver takes."""
    if isinstance(field, JSONField):
        return lambda value: None if value is None else field.encoder(value)
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
