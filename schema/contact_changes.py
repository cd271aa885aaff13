"""Keeping contacts: adding, changing and erasing them."""

from typing import Annotated, cast

import strawberry

import resolvers.contacts
import resolvers.erasure
from resolvers.contacts import ContactValues
from schema.contacts import Contact
from schema.context import Info
from schema.ids import row_id
from schema.mutations import INPUT, MutationInput, OnceInput, Payload, carry_out
from schema.scalars import EmailAddress

FIELDS = ("name", "email", "company", "external_id", "notes")
REQUIRED = ("name",)
"""Fields that cannot be empty: null leaves them as they are."""


@strawberry.input(description="A new customer: a name, an address, or both.")
class ContactCreateInput(OnceInput):
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="One line, 1 to 120 characters; else what stands before the @ of the address.",
    )
    email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET, description="Where letters go; no two customers have the same."
    )
    company: str | None = strawberry.field(
        default=strawberry.UNSET, description="Whom they work for: one line, 1 to 120 characters."
    )
    external_id: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Their id in another system of yours, 1 to 100 characters; no two have the same.",
    )
    notes: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What members should know: plain text, at most 20,000 characters. No customer sees it.",
    )


@strawberry.input(description="An edit of a customer: what is left out stays as it is, null clears.")
class ContactUpdateInput(MutationInput):
    contact_id: strawberry.ID = strawberry.field(description="The customer.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="One line, 1 to 120 characters."
    )
    email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where letters go from now on. Links that went to the old address end; null: none do,"
        " and the customer sees none of their tickets.",
    )
    company: str | None = strawberry.field(
        default=strawberry.UNSET, description="Whom they work for: one line, 1 to 120 characters."
    )
    external_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Their id in another system of yours, 1 to 100 characters."
    )
    notes: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What members should know: plain text, at most 20,000 characters. No customer sees it.",
    )


@strawberry.input(description="A customer who is to be forgotten.")
class ContactEraseInput(MutationInput):
    contact_id: strawberry.ID = strawberry.field(description="The customer. This cannot be undone.")


@strawberry.type(description="What `contactCreate` answers.")
class ContactCreatePayload(Payload):
    contact: Contact | None = strawberry.field(description="The new customer; null when refused.")


@strawberry.type(description="What `contactUpdate` answers.")
class ContactUpdatePayload(Payload):
    contact: Contact | None = strawberry.field(description="The customer as they are now; null when refused.")


@strawberry.type(description="What `contactErase` answers.")
class ContactErasePayload(Payload):
    contact: Contact | None = strawberry.field(
        description="What is left: a row without a name; null when refused."
    )


@strawberry.type
class ContactMutations:
    @strawberry.mutation(description="Add a customer. For those who work on tickets.")
    async def contact_create(
        self, info: Info, input: Annotated[ContactCreateInput, INPUT]
    ) -> ContactCreatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.contacts.create(actor, _values(input)))
        return ContactCreatePayload(contact=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Change what is known of a customer. For those who work on tickets.")
    async def contact_update(
        self, info: Info, input: Annotated[ContactUpdateInput, INPUT]
    ) -> ContactUpdatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.contacts.update(actor, _row(input.contact_id), _values(input)),
        )
        return ContactUpdatePayload(contact=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Forget a customer for good: their name, address and notes, the texts of their tickets"
        " and all that was said on them, their mails, attachments and ratings. The tickets stay, with their"
        " dates and statuses. Cannot be undone; doing it again changes nothing. For admins."
    )
    async def contact_erase(
        self, info: Info, input: Annotated[ContactEraseInput, INPUT]
    ) -> ContactErasePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.erasure.erase(actor, _row(input.contact_id)))
        return ContactErasePayload(contact=outcome.row, **outcome.payload)  # type: ignore[arg-type]


def _values(input: ContactCreateInput | ContactUpdateInput) -> ContactValues:
    """Return what the operation takes: what was given, and null only for what can be empty."""
    found = {name: getattr(input, name) for name in FIELDS}
    return cast(
        ContactValues,
        {
            name: value
            for name, value in found.items()
            if value is not strawberry.UNSET and not (value is None and name in REQUIRED)
        },
    )


def _row(given_id: strawberry.ID) -> int:
    return row_id(given_id, "Contact", path=("input", "contactId"))
