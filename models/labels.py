"""Labels of a workspace, each with a colour of the palette, and which tickets bear them."""

from enum import StrEnum

from tortoise import fields

from models.tenancy import Tenant

NAME_LENGTH = 60
MOST_AT_ONCE = 20  # one pick from a menu; more is a bulk change
MOST_ON_TICKET = 50  # every list of tickets shows them all


class LabelColor(StrEnum):
    RED = "RED"
    ORANGE = "ORANGE"
    AMBER = "AMBER"
    LIME = "LIME"
    GREEN = "GREEN"
    TEAL = "TEAL"
    CYAN = "CYAN"
    BLUE = "BLUE"
    INDIGO = "INDIGO"
    VIOLET = "VIOLET"
    PINK = "PINK"
    GRAY = "GRAY"


class Label(Tenant):
    """A word of the workspace's own. Its name is one of a kind in the workspace, whatever its case."""

    name = fields.CharField(NAME_LENGTH)
    color = fields.CharEnumField(LabelColor, max_length=20, description="Of the palette.")
    created_at = fields.DatetimeField()

    class Meta:
        table = "label"


class TicketLabel(Tenant):
    """A label on a ticket. Lists are read by `ticket_created_at`, a column kept by the database alone."""

    ticket_id = fields.BigIntField()
    label_id = fields.BigIntField()

    class Meta:
        table = "ticket_label"
        unique_together = (("workspace_id", "ticket_id", "label_id"),)
