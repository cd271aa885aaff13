"""Writing the demo's past, through the operations that people use, each at its own instant.

Further tickets, if wanted, come by another way: `bulk`.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from jobs.demo.books import Books
from jobs.demo.bulk import write_further
from jobs.demo.bulk_plots import YEAR
from jobs.demo.plot import plots
from jobs.demo.story import World, worlds
from models import clock
from models.actors import Actor, ActorKind
from models.contacts import Contact
from models.database import fetch
from models.labels import Label
from models.workspaces import Workspace
from resolvers import workspaces
from resolvers.change import operation
from settings import settings

BEFORE = timedelta(days=7)  # the workspaces were founded so long before any of their tickets
UNPROVED_EVERY = 5  # every fifth customer's address has not proved itself

# Of several that seed at once one does it and the others wait; longer than a request may.
ONE_AT_A_TIME = """
SELECT set_config('lock_timeout', '120s', true), set_config('statement_timeout', '120s', true),
       pg_advisory_xact_lock(7234091)
"""
NEVER_MAILED = """
UPDATE outbox SET done_at = now() WHERE workspace_id = $1 AND done_at IS NULL
"""


def _silence(line: str) -> None:
    """Tell nobody."""


async def seed(now: datetime, say: Callable[[str], None] = _silence) -> None:
    """Write the demo's workspaces, with their past before `now`, unless they are there already.

    The first one has `settings.seed_tickets` further ones; `say` hears how far they are.
    """
    first, *others = worlds()
    for world in (first, *others):
        await write(world, now)
    await write_further(first, now, settings.seed_tickets, say)


@operation
async def write(world: World, now: datetime) -> None:
    """Write one workspace: all of it, or, when killed on the way, nothing.

    Each step is a change with an instant of its own, so the transaction around them is not one.
    Nothing of it is mailed: it is past.
    """
    async with in_transaction():
        await fetch(ONE_AT_A_TIME)
        if await Workspace.exists(slug=world.slug):
            return
        with clock.stand_at(now - YEAR - BEFORE):
            books = await _found(world)
        plotted = plots(world, now, world.tickets)
        steps = [(step.at, nth, step, plot) for nth, plot in enumerate(plotted) for step in plot.steps]
        for at, nth, step, plot in sorted(steps, key=lambda row: row[:2]):
            with clock.stand_at(at):
                await books.write(nth, plot, step)
        await fetch(NEVER_MAILED, books.workspace_id)


async def _found(world: World) -> Books:
    workspace = await workspaces.found(world.slug, world.name, zone=world.zone)
    members: dict[str, Actor] = {}
    for player in world.members:
        # Nobody knows this password; the card gives one that is told.
        row = await workspaces.add_member(
            workspace, player.email, player.name, player.role, secrets.token_urlsafe()
        )
        members[player.email] = Actor(ActorKind.MEMBER, workspace.id, row.permissions, member_id=row.id)
    await _add_customers(workspace.id, world)
    return Books(workspace.id, members, await _labels(workspace.id, world))


async def _add_customers(workspace_id: int, world: World) -> None:
    at = clock.now()
    for nth, row in enumerate(world.customers):
        await Contact.create(
            workspace_id=workspace_id,
            name=row.name,
            email=row.email,
            company=row.company or None,
            proved_at=at if nth % UNPROVED_EVERY else None,
            created_at=at,
        )


async def _labels(workspace_id: int, world: World) -> dict[str, int]:
    """Add the labels; return their ids by name."""
    at = clock.now()
    for name, color in world.labels.items():
        await Label.create(workspace_id=workspace_id, name=name, color=color, created_at=at)
    return {row.name: row.id for row in await Label.filter(workspace_id=workspace_id)}
