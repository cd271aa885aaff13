"""Merges: what joined what, where moved comments stand in a timeline, and how duplicates are found."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.ticket_enums import Status
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

WITHIN_WORKSPACE = (
    ("merge", "duplicate_id", "ticket"),
    ("merge", "primary_id", "ticket"),
    ("merge", "member_id", "member"),
    ("merge", "undone_by_id", "member"),
    ("attachment", "moved_from_id", "ticket"),
)
UP = [
    "ALTER TABLE merge ADD CONSTRAINT merge_workspace FOREIGN KEY (workspace_id) REFERENCES workspace (id)",
    *(
        f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_home FOREIGN KEY (workspace_id, {column})"
        f" REFERENCES {parent} (workspace_id, id)"
        for child, column, parent in WITHIN_WORKSPACE
    ),
    # What keeps merges a forest besides the locks: no ticket joins two others at once.
    "CREATE UNIQUE INDEX merge_in_force ON merge (workspace_id, duplicate_id) WHERE undone_at IS NULL",
    "CREATE INDEX ticket_duplicates ON ticket (workspace_id, merged_into_id, id)"
    " WHERE merged_into_id IS NOT NULL",
    "CREATE INDEX comment_moved ON comment (workspace_id, ticket_id, appeared_seq)"
    " WHERE appeared_seq IS NOT NULL",
]
DOWN = [
    "DROP INDEX comment_moved, ticket_duplicates, merge_in_force",
    *(f"ALTER TABLE {child} DROP CONSTRAINT {child}_{column}_home" for child, column, _ in WITHIN_WORKSPACE),
    "ALTER TABLE merge DROP CONSTRAINT merge_workspace",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0021_views")]

    operations = [
        ops.CreateModel(
            name="Merge",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("duplicate_id", fields.BigIntField(description="The ticket that joined.")),
                ("primary_id", fields.BigIntField(description="The ticket that stays.")),
                ("member_id", fields.BigIntField(null=True, description="Who merged them.")),
                (
                    "status_before",
                    fields.CharEnumField(
                        description="The duplicate's, until then.", enum_type=Status, max_length=20
                    ),
                ),
                (
                    "resolved_at_before",
                    fields.DatetimeField(
                        null=True,
                        description="The duplicate's, until then.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "closed_at_before",
                    fields.DatetimeField(
                        null=True,
                        description="The duplicate's, until then.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "label_ids",
                    fields.JSONField(
                        description="Labels that the primary got by it.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "follower_ids",
                    fields.JSONField(
                        description="Members who follow the primary by it.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("undone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("undone_by_id", fields.BigIntField(null=True, description="The member who undid it.")),
            ],
            options={
                "table": "merge",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A duplicate that joined its primary. Its comments remember themselves where they came from.",
            },
            bases=["Tenant"],
        ),
        ops.AddField(
            model_name="Attachment",
            name="moved_from_id",
            field=fields.BigIntField(
                null=True, description="The ticket it came with, where a merge has moved it from there."
            ),
        ),
        ops.AlterField(
            model_name="Comment",
            name="moved_from_id",
            field=fields.BigIntField(
                null=True, description="The ticket it was said on, where a merge has moved it from there."
            ),
        ),
        ops.AddField(
            model_name="Comment",
            name="appeared_seq",
            field=fields.BigIntField(
                null=True,
                description="Of a moved one, the seq of its event: its place in the timeline it moved to.",
            ),
        ),
        ops.RunSQL(UP, DOWN),
    ]
