"""Contacts: the customers."""

from datetime import datetime

import strawberry

import models.contacts
from models.permissions import Permission
from resolvers.ticket_lists import Parent
from schema.context import Info
from schema.fields import column, permitted
from schema.nodes import Node
from schema.scalars import EmailAddress
from schema.tickets_of import tickets_of


def _is_erased(erased_at: datetime | None) -> bool:
    return erased_at is not None


@strawberry.type(description="A customer of the workspace.")
class Contact(Node):
    name: str = column("What they are called.")
    email: EmailAddress | None = column("Where letters go; without one, none do.")
    company: str | None = column("Whom they work for.")
    external_id: str | None = column("Their id in another system of the workspace's.")
    notes: str | None = column("What members keep about them; no customer sees it.")
    created_at: datetime = column("When they first came.")
    tickets = tickets_of(Parent.CONTACT, "Their tickets, the newest first.")
    erased_at: datetime | None = column("When they were erased, for good; null while they are not.")
    viewer_can_update = permitted(
        Permission.CONTACTS, "erased_at", unless=_is_erased, description="Whether you may change them."
    )
    viewer_can_erase = permitted(
        Permission.SETTINGS, "erased_at", unless=_is_erased, description="Whether you may erase them."
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.contacts.Contact)
