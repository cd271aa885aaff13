"""Contacts: the customers."""

from datetime import datetime

import strawberry

import models.contacts
from resolvers.ticket_lists import Parent
from schema.context import Info
from schema.fields import column
from schema.nodes import Node
from schema.scalars import EmailAddress
from schema.tickets_of import tickets_of


@strawberry.type(description="A customer of the workspace.")
class Contact(Node):
    name: str = column("What they are called.")
    email: EmailAddress | None = column("Where letters go; without one, none do.")
    company: str | None = column("Whom they work for.")
    created_at: datetime = column("When they first came.")
    tickets = tickets_of(Parent.CONTACT, "Their tickets, the newest first.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.contacts.Contact)
