"""Saved views."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.ticket_orders import Direction, OrderField
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

UP = [
    "ALTER TABLE view ADD CONSTRAINT view_workspace FOREIGN KEY (workspace_id) REFERENCES workspace (id)",
    "ALTER TABLE view ADD CONSTRAINT view_member_id_home FOREIGN KEY (workspace_id, member_id)"
    " REFERENCES member (workspace_id, id)",
]
DOWN = [
    "ALTER TABLE view DROP CONSTRAINT view_member_id_home",
    "ALTER TABLE view DROP CONSTRAINT view_workspace",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0020_contacts")]

    operations = [
        ops.CreateModel(
            name="View",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("name", fields.CharField(max_length=80)),
                ("member_id", fields.BigIntField(description="Whose it is, or who shared it.")),
                ("is_shared", fields.BooleanField(default=False, description="Every member sees it.")),
                (
                    "conditions",
                    fields.JSONField(
                        description="A TicketFilter: ids and enums, no text.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "order_field",
                    fields.CharEnumField(
                        description="What tickets are ordered by.", enum_type=OrderField, max_length=20
                    ),
                ),
                (
                    "order_direction",
                    fields.CharEnumField(
                        description="Which end comes first.", enum_type=Direction, max_length=4
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "view",
                "app": "models",
                "indexes": [Index(fields=["workspace_id", "member_id"])],
                "pk_attr": "id",
                "table_description": "A view of tickets. A shared one is everybody's to see and the admins' to change.",
            },
            bases=["Tenant"],
        ),
        ops.RunSQL(UP, DOWN),
    ]
