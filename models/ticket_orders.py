"""Orders of lists of tickets, and the place that a ticket has in one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.ticket_enums import Priority
from models.tickets import Ticket

Place = tuple[datetime | int, ...]
"""Where a ticket stands in an order: its values of the order's columns. No two tickets have the same."""


class OrderField(StrEnum):
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    PRIORITY = "PRIORITY"


class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


COLUMNS: dict[OrderField, tuple[str, ...]] = {
    OrderField.CREATED_AT: ("created_at", "id"),
    OrderField.UPDATED_AT: ("updated_at", "id"),
    OrderField.PRIORITY: ("urgency", "created_at", "id"),
}
"""By which columns the tickets of a workspace are ordered; the last of them tells any two apart."""

TYPES = {"created_at": datetime, "updated_at": datetime, "urgency": int, "id": int}
"""The types of these columns. `urgency` is kept by the database alone."""

URGENCY = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3, Priority.URGENT: 4}
"""The column `urgency` of a priority. A migration has the same table."""


@dataclass(frozen=True)
class TicketOrder:
    """An order of tickets; descending by priority, the most urgent come first, and of these the newest."""

    field: OrderField = OrderField.CREATED_AT
    direction: Direction = Direction.DESC

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS[self.field]

    def place(self, ticket: Ticket) -> Place:
        """Return where the ticket stands."""
        return tuple(
            URGENCY[ticket.priority] if column == "urgency" else getattr(ticket, column)
            for column in self.columns
        )


NEWEST_FIRST = TicketOrder()
