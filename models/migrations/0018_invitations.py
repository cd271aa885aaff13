"""Invitations, and the job that mails them."""

from models.permissions import Role
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

UP = [
    "ALTER TABLE invitation ADD CONSTRAINT invitation_home UNIQUE (workspace_id, id)",
    "ALTER TABLE invitation ADD CONSTRAINT invitation_workspace FOREIGN KEY (workspace_id)"
    " REFERENCES workspace (id)",
    "ALTER TABLE invitation ADD CONSTRAINT invitation_invited_by_id_home"
    " FOREIGN KEY (workspace_id, invited_by_id) REFERENCES member (workspace_id, id)",
    "ALTER TABLE invitation ADD CONSTRAINT invitation_member_id_home FOREIGN KEY (workspace_id, member_id)"
    " REFERENCES member (workspace_id, id)",
    "CREATE UNIQUE INDEX invitation_pending ON invitation (workspace_id, email)"
    " WHERE accepted_at IS NULL AND revoked_at IS NULL",
    "ALTER TABLE outbox ADD CONSTRAINT outbox_invitation_id_home FOREIGN KEY (workspace_id, invitation_id)"
    " REFERENCES invitation (workspace_id, id)",
    "CREATE INDEX outbox_of_invitation ON outbox (workspace_id, invitation_id)"
    " WHERE invitation_id IS NOT NULL",
]
DOWN = [
    "DROP INDEX outbox_of_invitation",
    "ALTER TABLE outbox DROP CONSTRAINT outbox_invitation_id_home",
    "DROP INDEX invitation_pending",
    "ALTER TABLE invitation DROP CONSTRAINT invitation_member_id_home",
    "ALTER TABLE invitation DROP CONSTRAINT invitation_invited_by_id_home",
    "ALTER TABLE invitation DROP CONSTRAINT invitation_workspace",
    "ALTER TABLE invitation DROP CONSTRAINT invitation_home",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0017_open_tickets")]

    operations = [
        ops.CreateModel(
            name="Invitation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("email", fields.CharField(description="Lower-case.", max_length=254)),
                (
                    "name",
                    fields.CharField(
                        null=True, description="What to call them; they may say otherwise.", max_length=120
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(description="What they will be.", enum_type=Role, max_length=20),
                ),
                (
                    "may_delete",
                    fields.BooleanField(default=False, description="The delete permission, given apart."),
                ),
                ("invited_by_id", fields.BigIntField(null=True, description="A member.")),
                (
                    "nonce",
                    fields.CharField(description="Changes with each letter: older links end.", max_length=32),
                ),
                ("secret_hash", fields.CharField(unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "asked_at",
                    fields.DatetimeField(
                        description="When its newest letter was asked for.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "sent_at",
                    fields.DatetimeField(
                        null=True,
                        description="When its newest letter was handed over.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "failure",
                    fields.CharField(
                        null=True,
                        description="Why its newest letter was not taken, for people.",
                        max_length=300,
                    ),
                ),
                ("accepted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("member_id", fields.BigIntField(null=True, description="Who they became.")),
            ],
            options={
                "table": "invitation",
                "app": "models",
                "indexes": [Index(fields=["email"])],
                "pk_attr": "id",
                "table_description": "An invitation. Only its token's hash is kept; the letter works it out anew from the row's nonce.",
            },
            bases=["Tenant"],
        ),
        ops.AddField(
            model_name="OutboxRow",
            name="invitation_id",
            field=fields.BigIntField(null=True),
        ),
        ops.RunSQL(UP, DOWN),
    ]
