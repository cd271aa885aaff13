"""The baseline's tables: the same tickets, with foreign keys, as Tortoise's documentation teaches."""

from tortoise import connections, fields
from tortoise.models import Model

from models.labels import LabelColor
from models.ticket_enums import Priority, Status

COPY = """
INSERT INTO plain_contact (id, name) SELECT id, name FROM contact WHERE workspace_id = $1;
INSERT INTO plain_member (id, name) SELECT id, name FROM member WHERE workspace_id = $1;
INSERT INTO plain_label (id, name, color) SELECT id, name, color FROM label WHERE workspace_id = $1;
INSERT INTO plain_ticket (id, number, title, status, priority, created_at, contact_id, assignee_id)
SELECT id, number, title, status, priority, created_at, contact_id, assignee_id
FROM ticket WHERE workspace_id = $1;
INSERT INTO plain_ticket_label (ticket_id, label_id)
SELECT ticket_id, label_id FROM ticket_label WHERE workspace_id = $1;
ANALYZE plain_contact, plain_member, plain_label, plain_ticket, plain_ticket_label
"""


class PlainContact(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(120)

    class Meta:
        table = "plain_contact"


class PlainMember(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(120)

    class Meta:
        table = "plain_member"


class PlainLabel(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(60)
    color = fields.CharEnumField(LabelColor, max_length=20)

    class Meta:
        table = "plain_label"


class PlainTicket(Model):
    id = fields.BigIntField(primary_key=True)
    number = fields.IntField()
    title = fields.CharField(200)
    status = fields.CharEnumField(Status, max_length=20)
    priority = fields.CharEnumField(Priority, max_length=20)
    created_at = fields.DatetimeField()
    contact: fields.ForeignKeyRelation[PlainContact] = fields.ForeignKeyField("models.PlainContact")
    assignee: fields.ForeignKeyNullableRelation[PlainMember] = fields.ForeignKeyField(
        "models.PlainMember", null=True
    )
    labels: fields.ManyToManyRelation[PlainLabel] = fields.ManyToManyField(
        "models.PlainLabel", through="plain_ticket_label", forward_key="label_id", backward_key="ticket_id"
    )

    class Meta:
        table = "plain_ticket"
        indexes = (("created_at", "id"),)

    @property
    def reference(self) -> str:
        return f"TKT-{self.number:04d}"


async def copy_from_workspace(workspace_id: int) -> None:
    """Fill the tables with what the product's workspace holds."""
    database = connections.get("default")
    for statement in COPY.split(";"):
        await database.execute_query(statement, [workspace_id] if "$1" in statement else None)
