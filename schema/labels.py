"""Labels: the workspace's own words for its tickets."""

import strawberry

import models.labels
from schema.context import Info
from schema.nodes import Node


@strawberry.type(description="A word of the workspace's own, put on tickets.")
class Label(Node):
    name: str = strawberry.field(description="The word; one of a kind in the workspace.")
    color: models.labels.LabelColor = strawberry.field(description="Out of the palette.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.labels.Label)
