"""Bulk changes: what is done to which tickets, what became of each, and the job that goes on with it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.actors import ActorKind
from models.bulk_changes import BulkOutcome
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

WITHIN_WORKSPACE = (
    ("bulk_item", "bulk_id", "bulk_change"),
    ("bulk_item", "ticket_id", "ticket"),
    ("bulk_item", "undoes_id", "bulk_item"),
    ("bulk_change", "undoes_id", "bulk_change"),
    ("outbox", "bulk_id", "bulk_change"),
)
UP = [
    "ALTER TABLE bulk_item ADD CONSTRAINT bulk_item_home UNIQUE (workspace_id, id)",
    "ALTER TABLE bulk_item ADD CONSTRAINT bulk_item_workspace FOREIGN KEY (workspace_id)"
    " REFERENCES workspace (id)",
    *(
        f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_home FOREIGN KEY (workspace_id, {column})"
        f" REFERENCES {parent} (workspace_id, id)"
        for child, column, parent in WITHIN_WORKSPACE
    ),
    "CREATE INDEX bulk_item_left ON bulk_item (workspace_id, bulk_id, nth) WHERE outcome IS NULL",
    # A bulk change is put back once, however often it is asked for at the same moment.
    "CREATE UNIQUE INDEX bulk_change_undone_once ON bulk_change (workspace_id, undoes_id)",
]
DOWN = [
    "DROP INDEX bulk_change_undone_once, bulk_item_left",
    *(f"ALTER TABLE {child} DROP CONSTRAINT {child}_{column}_home" for child, column, _ in WITHIN_WORKSPACE),
    "ALTER TABLE bulk_item DROP CONSTRAINT bulk_item_workspace",
    "ALTER TABLE bulk_item DROP CONSTRAINT bulk_item_home",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0022_merges")]

    operations = [
        ops.CreateModel(
            name="BulkItem",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("bulk_id", fields.BigIntField()),
                ("nth", fields.IntField(description="Its place in the change, 1 the first.")),
                (
                    "ticket_id",
                    fields.BigIntField(null=True, description="None where there is no such ticket."),
                ),
                ("undoes_id", fields.BigIntField(null=True, description="The item that this one puts back.")),
                (
                    "outcome",
                    fields.CharEnumField(
                        null=True,
                        description="What became of it; None: not its turn yet.",
                        enum_type=BulkOutcome,
                        max_length=20,
                    ),
                ),
                ("message", fields.CharField(null=True, description="Why it was not done.", max_length=300)),
                (
                    "changes",
                    fields.JSONField(
                        null=True,
                        description="What changed, as in the event.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "resolved_at_before",
                    fields.DatetimeField(
                        null=True,
                        description="The ticket's, before a new status.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "closed_at_before",
                    fields.DatetimeField(
                        null=True,
                        description="The ticket's, before a new status.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "bulk_item",
                "app": "models",
                "unique_together": (("workspace_id", "bulk_id", "nth"),),
                "pk_attr": "id",
                "table_description": "A ticket of a bulk change, and what became of it.",
            },
            bases=["Tenant"],
        ),
        ops.AddField(
            model_name="BulkChange",
            name="actor_kind",
            field=fields.CharEnumField(
                default=ActorKind.MEMBER,
                description="What the one is who asked for it.",
                db_default=ActorKind.MEMBER,
                enum_type=ActorKind,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="BulkChange",
            name="done",
            field=fields.IntField(default=0, description="How many of them have their result.", db_default=0),
        ),
        ops.AddField(
            model_name="BulkChange",
            name="edit",
            field=fields.JSONField(
                default=dict,
                description="What is done: ids, enums.",
                db_default="{}",
                encoder=JSON_DUMPS,
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="BulkChange",
            name="total",
            field=fields.IntField(default=0, description="How many tickets it is about.", db_default=0),
        ),
        ops.AddField(
            model_name="BulkChange",
            name="undoes_id",
            field=fields.BigIntField(null=True, description="The bulk change that this one puts back."),
        ),
        ops.AddField(
            model_name="BulkChange",
            name="undone_at",
            field=fields.DatetimeField(
                null=True,
                description="When somebody asked to put it back.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="OutboxRow",
            name="bulk_id",
            field=fields.BigIntField(null=True, description="A bulk change of many tickets."),
        ),
        ops.RunSQL(UP, DOWN),
    ]
