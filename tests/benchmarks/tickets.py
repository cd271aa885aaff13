"""Tickets in numbers: a workspace filled past the operations, which would take its time."""

from collections.abc import Sequence
from datetime import timedelta

from models import clock
from models.contacts import Contact
from models.database import fetch
from models.labels import Label, LabelColor, TicketLabel
from models.members import Member
from models.people import Person
from models.permissions import Role
from models.tenancy import Tenant
from models.ticket_enums import Channel, Priority, Status
from models.tickets import Ticket

CONTACTS = 200
MEMBERS = 10
LABELS_EACH = 2


async def fill(workspace_id: int, count: int) -> None:
    """Add so many tickets, a minute apart, with contacts, assignees (one in five without) and labels."""
    contacts = await _contacts(workspace_id)
    members = await _members(workspace_id)
    labels = await _labels(workspace_id)
    tickets = [
        _ticket(workspace_id, number, contacts[number % CONTACTS], members[number % MEMBERS])
        for number in range(1, count + 1)
    ]
    await Ticket.bulk_create(tickets)
    await _put_labels(workspace_id, await _ids(Ticket, workspace_id), labels)
    await fetch("ANALYZE")


def _ticket(workspace_id: int, number: int, contact_id: int, member_id: int) -> Ticket:
    at = clock.now() - timedelta(days=30) + timedelta(minutes=number)
    return Ticket(
        workspace_id=workspace_id,
        number=number,
        title=f"The printer on floor {number % 40} does not print since this morning ({number})",
        description="It only blinks. " * 20,
        status=list(Status)[number % len(Status)],
        priority=list(Priority)[number % len(Priority)],
        channel=Channel.EMAIL,
        contact_id=contact_id,
        assignee_id=member_id if number % 5 else None,
        is_public=True,
        created_at=at,
        updated_at=at,
    )


async def _contacts(workspace_id: int) -> list[int]:
    now = clock.now()
    rows = [
        Contact(workspace_id=workspace_id, name=f"Customer {n}", email=f"c{n}@example.org", created_at=now)
        for n in range(CONTACTS)
    ]
    await Contact.bulk_create(rows)
    return await _ids(Contact, workspace_id)


async def _members(workspace_id: int) -> list[int]:
    now = clock.now()
    for n in range(MEMBERS - 1):
        person = await Person.create(email=f"m{n}@{workspace_id}.example", password_hash="", created_at=now)
        await Member.create(
            workspace_id=workspace_id, person_id=person.id, name=f"Agent {n}", role=Role.AGENT, created_at=now
        )
    return await _ids(Member, workspace_id)


async def _labels(workspace_id: int) -> list[int]:
    now = clock.now()
    rows = [
        Label(workspace_id=workspace_id, name=color.lower(), color=color, created_at=now)
        for color in LabelColor
    ]
    await Label.bulk_create(rows)
    return await _ids(Label, workspace_id)


async def _put_labels(workspace_id: int, tickets: Sequence[int], labels: Sequence[int]) -> None:
    rows = [
        TicketLabel(workspace_id=workspace_id, ticket_id=ticket, label_id=labels[(nth + of) % len(labels)])
        for nth, ticket in enumerate(tickets)
        for of in range(LABELS_EACH)
    ]
    await TicketLabel.bulk_create(rows)


async def _ids(model: type[Tenant], workspace_id: int) -> list[int]:
    rows = await model.filter(workspace_id=workspace_id).order_by("id")
    return [row.id for row in rows]
