"""Canned responses."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

UP = [
    "CREATE UNIQUE INDEX canned_response_name ON canned_response (workspace_id, lower(name))",
    "ALTER TABLE canned_response ADD CONSTRAINT canned_response_workspace FOREIGN KEY (workspace_id)"
    " REFERENCES workspace (id)",
    "ALTER TABLE canned_response ADD CONSTRAINT canned_response_created_by_id_home"
    " FOREIGN KEY (workspace_id, created_by_id) REFERENCES member (workspace_id, id)",
    "ALTER TABLE canned_response ADD CONSTRAINT canned_response_updated_by_id_home"
    " FOREIGN KEY (workspace_id, updated_by_id) REFERENCES member (workspace_id, id)",
]
DOWN = [
    "ALTER TABLE canned_response DROP CONSTRAINT canned_response_updated_by_id_home",
    "ALTER TABLE canned_response DROP CONSTRAINT canned_response_created_by_id_home",
    "ALTER TABLE canned_response DROP CONSTRAINT canned_response_workspace",
    "DROP INDEX canned_response_name",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0018_invitations")]

    operations = [
        ops.CreateModel(
            name="CannedResponse",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("name", fields.CharField(max_length=80)),
                (
                    "body",
                    fields.TextField(
                        description="Plain text; `{{variable}}` or `{{variable|fallback}}` in it.",
                        unique=False,
                    ),
                ),
                (
                    "created_by_id",
                    fields.BigIntField(null=True, description="A member; null for those it began with."),
                ),
                (
                    "updated_by_id",
                    fields.BigIntField(null=True, description="The member who changed it last."),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "canned_response",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A text by its name, which is one of a kind in the workspace, whatever its case.",
            },
            bases=["Tenant"],
        ),
        ops.RunSQL(UP, DOWN),
    ]
