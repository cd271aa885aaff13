"""Creating and editing tickets, and being told of their changes."""

from collections.abc import AsyncGenerator, Awaitable
from typing import Annotated, cast

import strawberry

import resolvers.tickets
from models.events import Event
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.tickets import Ticket as TicketRow
from realtime.signals import Signal
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket, TicketValues
from schema.arguments import given
from schema.attachments import attachments_of
from schema.context import Info, Parent
from schema.ids import row_id, row_ids
from schema.mutations import INPUT, OnceInput, Payload, TicketEditInput, carry_out, ticket_of
from schema.scalars import EmailAddress
from schema.signals import EventsAfter, OfTicket, Subscription, SubscriptionMessage, about_tickets
from schema.tickets import Ticket
from schema.timeline import TicketEvent


@strawberry.input(description="A customer by their address.")
class ContactByAddressInput:
    email: EmailAddress = strawberry.field(description="An address not known yet becomes a new contact.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="What to call a new contact; else the address before the @."
    )


@strawberry.input(one_of=True, description="A customer: by id, or by address.")
class ContactInput:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A contact's id.")
    by_address: ContactByAddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="An address and a name."
    )

    def ref(self) -> ContactRef:
        """Return what the operation takes."""
        by_address: ContactByAddressInput | None = given(self.by_address)
        if by_address is not None:
            return ContactRef(email=by_address.email, name=given(by_address.name))
        return ContactRef(id=row_id(self.id or "", "Contact", path=("input", "contact", "id")))


@strawberry.input(description="A new ticket.")
class TicketCreateInput(OnceInput):
    title: str = strawberry.field(description="One line, 1 to 200 characters.")
    description: str = strawberry.field(default="", description="Plain text, at most 100,000 characters.")
    type: TicketType = strawberry.field(
        default=TicketType.SUPPORT_TICKET, description="What kind of request it is."
    )
    priority: Priority = strawberry.field(default=Priority.MEDIUM, description="How urgent it is.")
    channel: Channel | None = strawberry.field(
        default=strawberry.UNSET,
        description="The way it came in; API for keys and PHONE by hand.",
    )
    contact: ContactInput | None = strawberry.field(default=strawberry.UNSET, description="The customer.")
    assignee_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The member whose it becomes."
    )
    is_internal: bool = strawberry.field(default=False, description="Hide it from its customer.")
    label_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Its labels, at most 20; more can be put on it later."
    )
    attachment_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Files that you have uploaded for it; at most 20. Its customer sees them if they see it.",
    )

    def new(self) -> NewTicket:
        """Return what the operation takes."""
        contact: ContactInput | None = given(self.contact)
        return NewTicket(
            title=self.title,
            description=self.description,
            type=self.type,
            priority=self.priority,
            channel=given(self.channel),
            contact=contact.ref() if contact else None,
            assignee_id=_row_id(self.assignee_id, "Member", "assigneeId"),
            is_internal=self.is_internal,
            label_ids=tuple(row_ids(given(self.label_ids) or [], "Label", path=("input", "labelIds"))),
            attachment_ids=attachments_of(self.attachment_ids),
        )


@strawberry.input(description="An edit: what is left out stays as it is, null clears.")
class TicketUpdateInput(TicketEditInput):
    title: str | None = strawberry.field(
        default=strawberry.UNSET, description="One line, 1 to 200 characters."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="Plain text, at most 100,000 characters."
    )
    type: TicketType | None = strawberry.field(default=strawberry.UNSET, description="Its kind.")
    priority: Priority | None = strawberry.field(default=strawberry.UNSET, description="Its urgency.")
    status: Status | None = strawberry.field(default=strawberry.UNSET, description="Where it stands now.")
    assignee_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The member whose it becomes; null takes it from everybody."
    )
    contact_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its customer; null for none."
    )
    is_internal: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Hide it from its customer, or show it again."
    )

    def values(self) -> TicketValues:
        """Return what the operation takes. Null for what cannot be empty leaves it as it is."""
        plain = ("title", "description", "type", "priority", "status", "is_internal")
        values = {name: given(getattr(self, name)) for name in plain}
        found = {name: value for name, value in values.items() if value is not None}
        if self.assignee_id is not strawberry.UNSET:
            found["assignee_id"] = _row_id(self.assignee_id, "Member", "assigneeId")
        if self.contact_id is not strawberry.UNSET:
            found["contact_id"] = _row_id(self.contact_id, "Contact", "contactId")
        return cast(TicketValues, found)


@strawberry.type(description="What `ticketCreate` answers.")
class TicketCreatePayload(Payload):
    ticket: Ticket | None = strawberry.field(description="The new ticket; null when refused.")


@strawberry.type(description="What `ticketUpdate` answers.")
class TicketUpdatePayload(Payload):
    ticket: Ticket | None = strawberry.field(description="The ticket as it is now; null when refused.")


@strawberry.type
class TicketMutations:
    @strawberry.mutation(description="Create a ticket. Its customer gets an acknowledgement by mail.")
    async def ticket_create(
        self, info: Info, input: Annotated[TicketCreateInput, INPUT]
    ) -> TicketCreatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.tickets.create(actor, input.new()))
        return TicketCreatePayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Edit a ticket: everything that is given, in one event.")
    async def ticket_update(
        self, info: Info, input: Annotated[TicketUpdateInput, INPUT]
    ) -> TicketUpdatePayload | None:
        actor, version = info.context.actor, given(input.expected_version)
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.tickets.update(
                actor, ticket_of(input), input.values(), expected_version=version
            ),
        )
        return TicketUpdatePayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]


@strawberry.type(description="Something happened to a ticket.")
class TicketChanged(SubscriptionMessage):
    @classmethod
    def is_type_of(cls, message: object, _: Info) -> bool:
        return isinstance(message, Signal)

    @strawberry.field(graphql_type=Ticket | None, description="The ticket as it stands by now.")
    @staticmethod
    def ticket(root: Parent[Signal], info: Info) -> Awaitable[TicketRow | None] | None:
        return info.context.load.one(TicketRow).load(root.event.ticket_id) if root.event else None

    @strawberry.field(graphql_type=TicketEvent | None, description="What happened; null unless an EVENT.")
    @staticmethod
    def event(root: Parent[Signal]) -> Event | None:
        return root.event


@strawberry.type
class TicketSubscriptions:
    @strawberry.subscription(
        graphql_type=AsyncGenerator[TicketChanged, None],
        description="Everything that happens to a ticket, or to all: created, answered, edited.",
    )
    async def ticket_changed(
        self, info: Info, ticket_id: OfTicket = strawberry.UNSET, after: EventsAfter = strawberry.UNSET
    ) -> AsyncGenerator[Subscription, None]:
        yield await about_tickets(info, ticket_id, after)


def _row_id(given_id: object, type_name: str, field: str) -> int | None:
    return row_id(given_id, type_name, path=("input", field)) if isinstance(given_id, str) else None
