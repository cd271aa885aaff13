"""Contacts: the customers."""

from datetime import datetime

import strawberry

import models.contacts
from schema.context import Info
from schema.fields import column
from schema.nodes import Node
from schema.scalars import EmailAddress


@strawberry.type(description="A customer of the workspace.")
class Contact(Node):
    name: str = column("What they are called.")
    email: EmailAddress | None = column("Where letters go; without one, none do.")
    company: str | None = column("Whom they work for.")
    created_at: datetime = column("When they first came.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.contacts.Contact)
