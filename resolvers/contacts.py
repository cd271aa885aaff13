"""The customers: finding them, adding them, and changing what is known of them."""

from dataclasses import dataclass
from typing import TypedDict

from models.actors import Actor
from models.addresses import checked_address
from models.contacts import COMPANY_LENGTH, EXTERNAL_ID_LENGTH, NAME_LENGTH, NOTES_LENGTH, Contact
from models.database import fetch
from models.errors import Invalid
from models.events import Kind
from models.permissions import Permission
from models.texts import checked_line, checked_text
from models.tickets import Changes, Ticket
from resolvers import access
from resolvers.change import Change, change, operation
from resolvers.names import one_of_a_kind

EMAIL_TAKEN = "There is a customer with this address already."
EXTERNAL_ID_TAKEN = "There is a customer with this external id already."

# Links and reply addresses went to the old address: whoever reads there is not this customer any more.
END_TOKENS = """
UPDATE ticket_token SET revoked_at = $3 WHERE workspace_id = $1 AND contact_id = $2 AND revoked_at IS NULL
"""
# A letter that has not gone out goes to the new address, or nowhere.
REDIRECT = """
UPDATE mail_out SET recipient = coalesce($3, recipient),
    state = CASE WHEN $3 IS NULL THEN 'HELD' ELSE state END,
    failure = CASE WHEN $3 IS NULL THEN 'Not sent: the customer has no address any more.' END
WHERE workspace_id = $1 AND contact_id = $2 AND state = 'QUEUED'
"""
HIDE_OR_SHOW = """
UPDATE ticket SET is_public = $3, version = version + 1, updated_at = $4
WHERE workspace_id = $1 AND contact_id = $2 AND NOT is_internal AND is_public <> $3
"""
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


class ContactValues(TypedDict, total=False):
    """What an edit sets. A field that is left out stays as it is; None clears."""

    name: str
    email: str | None
    company: str | None
    external_id: str | None
    notes: str | None


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


@operation
async def create(actor: Actor, values: ContactValues) -> Contact:
    """Add a customer; without a name they are called by what stands before the @ of their address.

    Refuses with Conflict an address or external id that another one has.
    """
    actor.require(Permission.CONTACTS)
    checked = _checked(values)
    if "name" not in checked:
        email = checked.get("email")
        if not email:
            raise Invalid("Give a name or an address.", path=("input", "name"))
        checked["name"] = email.partition("@")[0]
    async with change(actor) as made:
        contact = Contact(workspace_id=actor.workspace_id, created_at=made.at, **checked)
        async with one_of_a_kind(email=EMAIL_TAKEN, external_id=EXTERNAL_ID_TAKEN):
            await contact.save()
    return contact


@operation
async def update(actor: Actor, contact_id: int, values: ContactValues) -> Contact:
    """Change what is known of a customer.

    Another address has to prove itself anew, ends the links that went to the old one, and letters that
    have not gone out go there. Tickets become public with the first address and cease to be with none:
    records UPDATED {is_public} on each of these. Refuses with Conflict an address or external id that
    another one has, and an erased customer.
    """
    checked = _checked(values)
    async with change(actor) as made:
        contact = await access.contact_to_change(actor, contact_id, Permission.CONTACTS)
        contact.expect_present()
        before = contact.email
        contact.update_from_dict(dict(checked))
        moved = contact.email != before
        tickets = await _tickets(actor, contact) if moved else []
        contact.proved_at = None if moved else contact.proved_at
        async with one_of_a_kind(email=EMAIL_TAKEN, external_id=EXTERNAL_ID_TAKEN):
            await contact.save()
        if moved:
            await _move(made, contact, tickets)
    return contact


async def _tickets(actor: Actor, contact: Contact) -> list[Ticket]:
    """Return their tickets, locked in the order of their ids, as every change locks them first."""
    return await access.tickets(actor).filter(contact_id=contact.id).order_by("id").select_for_update()


async def _move(made: Change, contact: Contact, tickets: list[Ticket]) -> None:
    """Let everything that hangs on the contact's address follow it."""
    home, is_public = (contact.workspace_id, contact.id), contact.email is not None
    await fetch(END_TOKENS, *home, made.at)
    await fetch(REDIRECT, *home, contact.email)
    await fetch(HIDE_OR_SHOW, *home, is_public, made.at)
    for ticket in tickets:
        if not ticket.is_internal and ticket.is_public is not is_public:
            changes: Changes = {"is_public": [ticket.is_public, is_public]}
            made.record(ticket, Kind.UPDATED, public=False, changes=changes)


def _checked(values: ContactValues) -> ContactValues:
    """Return the values as they are kept; refuse with Invalid what they cannot be."""
    found: ContactValues = {}
    if "name" in values:
        found["name"] = checked_line(values["name"], "name", most=NAME_LENGTH)
    if "email" in values:
        found["email"] = values["email"] and checked_address(values["email"])
    if "company" in values:
        found["company"] = _line(values["company"], "company", COMPANY_LENGTH)
    if "external_id" in values:
        found["external_id"] = _line(values["external_id"], "externalId", EXTERNAL_ID_LENGTH)
    if "notes" in values:
        found["notes"] = checked_text(values["notes"] or "", "notes", most=NOTES_LENGTH) or None
    return found


def _line(text: str | None, field: str, most: int) -> str | None:
    return None if text is None else checked_line(text, field, most=most)
