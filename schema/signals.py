"""What subscriptions share. Their resolvers yield one topic; the hub executes them for its signals."""

from dataclasses import dataclass
from typing import Annotated

import strawberry

from models.errors import NotFound
from models.permissions import Permission
from realtime.signals import Signal, SignalType, Topic
from resolvers import access
from schema.context import Info, Parent
from schema.cursors import event_cursor, parsed_event_cursor
from schema.ids import row_id
from schema.scalars import EventCursor

OfTicket = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only this ticket; all that you may see if null.")
]
EventsAfter = Annotated[
    EventCursor | None,
    strawberry.argument(description="Begin with what came after this cursor; with what comes now if null."),
]


@strawberry.interface(description="What every message of a subscription says.")
class SubscriptionMessage:
    type: SignalType = strawberry.field(description="What the message is about.")

    @strawberry.field(description="The log's position after it; give it as `after` to resume from here.")
    @staticmethod
    def event_cursor(root: Parent[Signal], info: Info) -> EventCursor:
        return EventCursor(event_cursor(info.context.actor, root.seq))

    @strawberry.field(description="The `clientMutationId` of the change, if it had one that is yours to see.")
    @staticmethod
    def client_mutation_id(root: Parent[Signal], info: Info) -> str | None:
        """Customers see their own: what members' programs write there is not meant for them."""
        event = root.event
        if event is None or (info.context.actor.is_customer and event.contact_id is None):
            return None
        return event.client_mutation_id


@dataclass(frozen=True)
class Subscription:
    """What a subscription is about, and the position to resume from, if it gave one."""

    topic: Topic
    after: int | None


async def about_tickets(
    info: Info, ticket_id: object, after: object, *, comments_only: bool = False
) -> Subscription:
    """Return a subscription to one ticket, or to all. Refuses with NotFound one that is not there."""
    actor = info.context.actor
    actor.require(Permission.READ)
    seq = parsed_event_cursor(actor, after) if isinstance(after, str) else None
    if not isinstance(ticket_id, str):
        return Subscription(Topic(actor.workspace_id, comments_only=comments_only), seq)
    number = row_id(ticket_id, "Ticket", path=("ticketId",))
    if not await access.tickets(actor).filter(id=number).exists():
        raise NotFound("There is no such ticket.")
    return Subscription(Topic(actor.workspace_id, number, comments_only=comments_only), seq)
