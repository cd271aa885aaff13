"""The demo's card, `demo.json`: where everything is, and how to sign in. Its secrets stand nowhere else."""

import contextlib
from pathlib import Path

from pydantic import BaseModel

from jobs.demo.logins import Login, fresh_login, is_good
from jobs.demo.story import Customer, Player, World, worlds
from jobs.installation import write_private
from jobs.origin import base_url, listener_place, mailbox_address
from models.members import Member
from models.people import Person
from models.workspaces import Workspace
from settings import settings

NAME = "demo.json"


class ContactEntry(BaseModel):
    name: str
    email: str


class WorkspaceEntry(BaseModel):
    slug: str
    address: str
    portal: str
    members: list[Login]
    contacts: list[ContactEntry]


class Card(BaseModel):
    """What `demo.json` holds. `smtp` is where mail can be sent to us, as host:port."""

    graphql: str
    graphql_ws: str
    public_graphql: str
    public_graphql_ws: str
    desk: str
    smtp: str
    outbox: str | None
    workspaces: list[WorkspaceEntry]


async def ensure_card() -> Card:
    """Return the card, having written it anew if it was not there or not true any more.

    Logins that still work are kept; the others are made anew, which ends the old ones.
    """
    path = settings.data / NAME
    kept = kept_logins(path)
    base = base_url()
    socket = base.replace("http", "ws", 1)
    entries = [await _workspace(world, base, kept) for world in worlds()]
    card = Card(
        graphql=f"{base}/graphql",
        graphql_ws=f"{socket}/graphql",
        public_graphql=f"{base}/public/graphql",
        public_graphql_ws=f"{socket}/public/graphql",
        desk=f"{base}/desk",
        smtp=listener_place(),
        outbox=None if settings.smtp_url else f"{base}/outbox",
        workspaces=[entry for entry in entries if entry],
    )
    write_private(path, card.model_dump_json(indent=2) + "\n")
    return card


def kept_logins(path: Path) -> dict[str, Login]:
    """Return the logins of the card that lies there, by address; none when it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        card = Card.model_validate_json(path.read_bytes())
        return {login.email: login for entry in card.workspaces for login in entry.members}
    return {}


async def _workspace(world: World, base: str, kept: dict[str, Login]) -> WorkspaceEntry | None:
    row = await Workspace.get_or_none(slug=world.slug)
    if row is None:
        return None
    logins = [await _login(row, player, kept.get(player.email)) for player in world.members]
    return WorkspaceEntry(
        slug=row.slug,
        address=mailbox_address(row),
        portal=f"{base}/portal/{row.slug}",
        members=[login for login in logins if login],
        contacts=[_contact(customer) for customer in world.customers],
    )


async def _login(workspace: Workspace, player: Player, kept: Login | None) -> Login | None:
    """Return how to sign in as this member; None when somebody has removed them."""
    person = await Person.get_or_none(email=player.email)
    member = person and await Member.get_or_none(
        workspace_id=workspace.id, person_id=person.id, removed_at=None
    )
    if member is None:
        return None
    if kept and await is_good(kept, member):
        return kept
    return await fresh_login(member, player.email)


def _contact(customer: Customer) -> ContactEntry:
    return ContactEntry(name=customer.name, email=customer.email)
