"""Who said or did something: a member or a customer."""

from typing import Annotated, Any

import strawberry

from models.contacts import Contact as ContactRow
from models.members import Member as MemberRow
from schema.contacts import Contact
from schema.fields import relation
from schema.members import Member

Author = Annotated[Member | Contact, strawberry.union("Author", description="A member or a customer.")]


AUTHOR_KEYS = (("member_id", MemberRow), ("contact_id", ContactRow))
"""The columns that name an author, on every row that has one."""


def author(description: str) -> Any:
    """Declare a field that is the member or the contact whom its row names."""
    return relation(*AUTHOR_KEYS, of=Author | None, description=description)
