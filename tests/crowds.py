"""Crowds of tickets: inserted at once, for what shows only among many."""

from models.database import fetch, run_tx
from models.tenancy import systemwide


async def insert_crowd(statement: str, *values: object) -> None:
    """Run an INSERT of many tickets without the triggers by which they are searched and counted.

    The planner is told what is there afterwards.
    """

    async def body() -> None:
        with systemwide("insert a crowd of tickets"):
            await fetch("ALTER TABLE ticket DISABLE TRIGGER USER")
            await fetch(statement, *values)
            await fetch("ALTER TABLE ticket ENABLE TRIGGER USER")
            await fetch("ANALYZE ticket")

    await run_tx(body)
