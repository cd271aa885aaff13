"""Finding the customer of a ticket."""

from dataclasses import dataclass

from models.actors import Actor
from models.addresses import checked_address
from models.contacts import Contact
from models.database import fetch
from models.permissions import Permission
from models.texts import checked_line
from resolvers import access
from resolvers.change import change, operation

NAME_LENGTH = 120

ADD = """
INSERT INTO contact (workspace_id, name, email, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, email) DO NOTHING
"""


@dataclass(frozen=True)
class ContactRef:
    """A contact by id, or by address with the name to use if it is new."""

    id: int | None = None
    email: str | None = None
    name: str | None = None


@operation
async def find_or_create(actor: Actor, ref: ContactRef) -> Contact:
    """Return the contact that is meant; an address not known yet becomes a new one.

    Refuses with NotFound an id that is unknown, with Invalid what is no address.
    """
    actor.require(Permission.CREATE)
    if ref.id is not None:
        return await access.contact(actor, ref.id)
    email = checked_address(ref.email or "")
    name = checked_line(ref.name or email.partition("@")[0], "name", most=NAME_LENGTH)
    async with change(actor) as made:
        await fetch(ADD, actor.workspace_id, name, email, made.at)
        return await access.contacts(actor).get(email=email)
