"""Who said or did something: a member or a customer."""

from collections.abc import Awaitable
from typing import Annotated

import strawberry

from models.contacts import Contact as ContactRow
from models.members import Member as MemberRow
from schema.contacts import Contact
from schema.context import Info
from schema.members import Member

Author = Annotated[Member | Contact, strawberry.union("Author", description="A member or a customer.")]


def author(
    member_id: int | None, contact_id: int | None, info: Info
) -> Awaitable[MemberRow | ContactRow | None] | None:
    """Return the member or the contact with this id, None where there is neither."""
    if member_id is not None:
        return info.context.load.member.load(member_id)
    if contact_id is not None:
        return info.context.load.contact.load(contact_id)
    return None
