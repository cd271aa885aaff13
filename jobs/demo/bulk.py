"""Many further tickets for the demo, by COPY, in batches: each whole or not at all, beside people at work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jobs.demo.bulk_plots import YEAR, Span, further_plots
from jobs.demo.bulk_rows import Sheets
from jobs.demo.plot import Plot, Step
from jobs.demo.story import Player, Turn, World
from models.actors import Actor, ActorKind
from models.comments import Comment
from models.counters import Counter, CounterName
from models.database import fetch, run_tx
from models.events import Event
from models.labels import Label, TicketLabel
from models.members import Member
from models.people import Person
from models.rows import copy_in, reserved_ids
from models.tickets import Ticket
from models.workspaces import Workspace
from resolvers.ledger import next_number

BATCH = 1000  # tickets; whoever creates one meanwhile waits until they are written, under a second

# Longer than a request may: a batch waits for another seed's, and a machine under load is slow.
# Foreign keys are checked by index: in tables that were small a minute ago they would be read whole.
SET_UP = """
SELECT set_config('lock_timeout', '120s', true), set_config('statement_timeout', '120s', true),
       set_config('enable_seqscan', 'off', true)
"""
FORGET_PLANS = "DISCARD PLANS"  # the checks' plans from when the tables were small
# Locks the row, so that of several that seed at once one writes and the others wait.
POSITION = """
INSERT INTO counter (workspace_id, name, value) VALUES ($1, $2, 0)
ON CONFLICT (workspace_id, name) DO UPDATE SET value = counter.value RETURNING value
"""
ADD_CONTACTS = """
INSERT INTO contact (workspace_id, name, email, created_at)
SELECT $1, name, email, at FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS row (name, email, at)
ON CONFLICT (workspace_id, email) DO NOTHING
"""
FIND_CONTACTS = "SELECT id, email FROM contact WHERE workspace_id = $1 AND email = ANY($2)"

Happening = tuple[int, Plot, Step]
"""A step, and which plot it belongs to."""


@dataclass(frozen=True)
class Desk:
    """The workspace that is written into: its world as it is now, members and labels by their names there."""

    workspace_id: int
    world: World
    members: dict[str, Actor]
    labels: dict[str, int]


async def write_further(world: World, now: datetime, count: int, say: Callable[[str], None]) -> None:
    """Write what the demo's workspace lacks of so many tickets beyond its story; `say` hears how far it is.

    They are counted, so a seed that was killed is gone on with, and one that was done adds nothing.
    """
    workspace = await Workspace.get(slug=world.slug)
    counter = await Counter.get_or_none(workspace_id=workspace.id, name=CounterName.SEEDED)
    written = counter.value if counter else 0
    desk = await desk_of(workspace, world)
    span = Span(written, count, max(workspace.created_at, now - YEAR), now)
    while written < count:
        written = await run_tx(lambda: _write_batch(desk, span))
        say(f"{written:,} of {count:,} further tickets")


async def write_plots(desk: Desk, plots: list[Plot]) -> None:
    """Write the plots' rows in the open transaction, as the operations would have, had they been there.

    Takes the locks in the order of all changes: the reference counter, and the log's last.
    """
    steps = [(nth, plot, step) for nth, plot in enumerate(plots) for step in plot.steps]
    steps.sort(key=lambda row: (row[2].at, row[0]))
    sheets = await _sheets(desk, steps)
    for nth, plot, step in steps:
        sheets.write(nth, plot, step)
    await _file(sheets)


async def desk_of(workspace: Workspace, world: World) -> Desk:
    """Return the desk as it is now; its members are those of the workspace, not of the story."""
    members = await Member.filter(workspace_id=workspace.id)
    people = await Person.filter(id__in=[member.person_id for member in members])
    emails = {person.id: person.email for person in people}
    players = [Player(name=row.name, email=emails[row.person_id], role=row.role) for row in members]
    actors = {
        emails[row.person_id]: Actor(ActorKind.MEMBER, workspace.id, row.permissions, member_id=row.id)
        for row in members
    }
    labels = {row.name: row.id for row in await Label.filter(workspace_id=workspace.id)}
    return Desk(workspace.id, world.model_copy(update={"members": players}), actors, labels)


async def _write_batch(desk: Desk, span: Span) -> int:
    """Write the next batch in the transaction; return how many tickets there are after it."""
    await fetch(SET_UP)
    await fetch(FORGET_PLANS)
    [position] = await fetch(POSITION, desk.workspace_id, CounterName.SEEDED)
    first = position["value"]
    count = min(BATCH, span.count - first)
    if count <= 0:
        return first
    plots = further_plots(desk.world, span, first, count)
    await write_plots(desk, plots)
    return await next_number(desk.workspace_id, CounterName.SEEDED, by=count)


async def _sheets(desk: Desk, steps: list[Happening]) -> Sheets:
    said = sum(isinstance(step.deed, Turn) for _, _, step in steps)
    return Sheets(
        desk.workspace_id,
        desk.members,
        await _contacts(desk.workspace_id, steps),
        desk.labels,
        iter(await reserved_ids(Ticket, len({nth for nth, _, _ in steps}))),
        iter(await reserved_ids(Comment, said)),
    )


async def _contacts(workspace_id: int, steps: list[Happening]) -> dict[str, int]:
    """Return the customers' ids by address; one not known yet is added as of their first ticket."""
    since: dict[tuple[str, str], datetime] = {}
    for _, plot, step in steps:
        since.setdefault((plot.customer.name, plot.customer.email), step.at)
    names, emails = ([key[side] for key in since] for side in (0, 1))
    await fetch(ADD_CONTACTS, workspace_id, names, emails, list(since.values()))
    return {row["email"]: row["id"] for row in await fetch(FIND_CONTACTS, workspace_id, emails)}


async def _file(sheets: Sheets) -> None:
    """Write the rows, and number tickets and events from where the workspace stands."""
    workspace_id, tickets = sheets.workspace_id, list(sheets.tickets.values())
    for row, row_id in zip(sheets.labels, await reserved_ids(TicketLabel, len(sheets.labels)), strict=True):
        row.id = row_id
    for row, row_id in zip(sheets.events, await reserved_ids(Event, len(sheets.events)), strict=True):
        row.id = row_id
    last = await next_number(workspace_id, CounterName.REFERENCE, by=len(tickets))
    for number, ticket in enumerate(tickets, last - len(tickets) + 1):
        ticket.number = number
    await copy_in(tickets)
    await copy_in(sheets.labels)
    await copy_in(sheets.comments)
    head = await next_number(workspace_id, CounterName.EVENT, by=len(sheets.events))
    for seq, event in enumerate(sheets.events, head - len(sheets.events) + 1):
        event.seq = seq
    await copy_in(sheets.events)
