"""Labels: the workspace's own words for its tickets."""

from collections import defaultdict
from datetime import datetime

import strawberry

import models.labels
from models.actors import Actor
from resolvers import access, ticket_labels
from resolvers.ticket_lists import Parent
from schema.context import Info
from schema.fields import column, related
from schema.nodes import Node
from schema.tickets_of import tickets_of


@strawberry.type(description="A word of the workspace's own, put on tickets.")
class Label(Node):
    name: str = column("The word; one of a kind in the workspace.")
    color: models.labels.LabelColor = column("Out of the palette.")
    created_at: datetime = column("When it was made.")
    ticket_count = related(
        ticket_labels.ticket_counts,
        of=int,
        description="How many tickets bear it, archived ones too: what deleting it would touch.",
    )
    tickets = tickets_of(Parent.LABEL, "The tickets that bear it, the newest first.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.labels.Label)


async def labels_of_tickets(actor: Actor, ticket_ids: list[int]) -> list[list[models.labels.Label]]:
    """Return for each ticket its labels, by name."""
    links = (
        await access.ticket_labels(actor)
        .filter(ticket_id__in=ticket_ids)
        .values_list("ticket_id", "label_id")
    )
    rows = await access.labels(actor).filter(id__in={label_id for _, label_id in links}).order_by("name")
    wanted: dict[int, set[int]] = defaultdict(set)
    for ticket_id, label_id in links:
        wanted[ticket_id].add(label_id)
    return [[row for row in rows if row.id in wanted[ticket_id]] for ticket_id in ticket_ids]
