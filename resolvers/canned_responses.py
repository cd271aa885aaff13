"""Canned responses: keeping them, and filling one in for a ticket."""

from datetime import datetime
from typing import TypedDict

from models.actors import Actor
from models.audit import AuditAction
from models.canned_responses import DEFAULTS, NAME_LENGTH, CannedResponse, checked_canned_body, filled
from models.errors import NotFound
from models.permissions import Permission
from models.texts import checked_line
from resolvers import access
from resolvers.change import change, operation
from resolvers.names import one_of_a_kind

TAKEN = "There is a canned response of this name already."


class CannedResponseValues(TypedDict, total=False):
    """What an edit sets. A field that is left out stays as it is."""

    name: str
    body: str


@operation
async def create(actor: Actor, name: str, body: str) -> CannedResponse:
    """Keep a text for answering.

    Audits SETTING_CREATED. Refuses with Conflict a name that is taken, with Invalid an unknown variable.
    """
    actor.require(Permission.SETTINGS)
    line, text = checked_line(name, "name", most=NAME_LENGTH), checked_canned_body(body)
    async with change(actor) as made:
        row = _blank(actor, line, text, made.at)
        async with one_of_a_kind(name=TAKEN):
            await row.save()
        made.audit(AuditAction.SETTING_CREATED, f"CANNED_RESPONSE:{row.id}")
    return row


@operation
async def update(actor: Actor, response_id: int, values: CannedResponseValues) -> CannedResponse:
    """Change its name or text.

    Audits SETTING_CHANGED; nothing when all is as it was. Refuses as `create` does.
    """
    async with change(actor) as made:
        row = await _locked(actor, response_id)
        before = (row.name, row.body)
        if "name" in values:
            row.name = checked_line(values["name"], "name", most=NAME_LENGTH)
        if "body" in values:
            row.body = checked_canned_body(values["body"])
        if (row.name, row.body) == before:
            return row
        row.updated_by_id, row.updated_at = actor.member_id, made.at
        async with one_of_a_kind(name=TAKEN):
            await row.save()
        made.audit(AuditAction.SETTING_CHANGED, f"CANNED_RESPONSE:{row.id}")
    return row


@operation
async def delete(actor: Actor, response_id: int) -> CannedResponse:
    """Delete it; return what it was. Audits SETTING_DELETED."""
    async with change(actor) as made:
        row = await _locked(actor, response_id)
        await access.canned_responses(actor).filter(id=row.id).delete()
        made.audit(AuditAction.SETTING_DELETED, f"CANNED_RESPONSE:{row.id}")
    return row


async def fill(actor: Actor, response_id: int, ticket_id: int) -> str | None:
    """Return the text as the actor would insert it on the ticket; None when they may not see either."""
    actor.require(Permission.REPLY)
    row = await access.canned_responses(actor).get_or_none(id=response_id)
    ticket = await access.tickets(actor).get_or_none(id=ticket_id)
    if row is None or ticket is None:
        return None
    contact = await access.contacts(actor).get_or_none(id=ticket.contact_id or 0)
    member = await access.members(actor).get_or_none(id=actor.member_id or 0)
    return filled(
        row.body,
        {
            "customer_name": contact and contact.name,
            "customer_email": contact and contact.email,
            "ticket_id": ticket.reference,
            "ticket_title": ticket.title,
            "agent_name": member and member.name,
            "workspace_name": (await access.workspace(actor)).name,
        },
    )


async def add_defaults(actor: Actor, at: datetime) -> None:
    """Add those that a new workspace begins with."""
    await CannedResponse.bulk_create([_blank(actor, name, body, at) for name, body in DEFAULTS])


def _blank(actor: Actor, name: str, body: str, at: datetime) -> CannedResponse:
    return CannedResponse(
        workspace_id=actor.workspace_id,
        name=name,
        body=body,
        created_by_id=actor.member_id,
        updated_by_id=actor.member_id,
        created_at=at,
        updated_at=at,
    )


async def _locked(actor: Actor, response_id: int) -> CannedResponse:
    row = await access.canned_responses(actor).select_for_update().get_or_none(id=response_id)
    if row is None:
        raise NotFound("There is no such canned response.")
    actor.require(Permission.SETTINGS)
    return row
