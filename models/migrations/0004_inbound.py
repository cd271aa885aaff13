"""Mail that comes in: its envelope, its kind, and the job that places it."""

from models.inbound import MailKind
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

UP = [
    "ALTER TABLE mail_in ADD CONSTRAINT mail_in_home UNIQUE (workspace_id, id)",
    "ALTER TABLE outbox ADD CONSTRAINT outbox_mail_in_id_home FOREIGN KEY (workspace_id, mail_in_id)"
    " REFERENCES mail_in (workspace_id, id)",
    "CREATE INDEX mail_in_unusual ON mail_in (outcome) WHERE outcome IN ('RECEIVED', 'QUARANTINED')",
]
DOWN = [
    "DROP INDEX mail_in_unusual",
    "ALTER TABLE outbox DROP CONSTRAINT outbox_mail_in_id_home",
    "ALTER TABLE mail_in DROP CONSTRAINT mail_in_home",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0003_schedule")]

    operations = [
        ops.AddField(
            model_name="MailIn",
            name="envelope_sender",
            field=fields.CharField(
                null=True, description="Whom failures go to; empty: nobody; null: not known.", max_length=254
            ),
        ),
        ops.AddField(
            model_name="MailIn",
            name="recipients",
            field=fields.JSONField(
                default=list, description="The envelope's addresses that led to the mailbox."
            ),
        ),
        ops.AddField(
            model_name="MailIn",
            name="kind",
            field=fields.CharEnumField(
                null=True,
                description="Known once it was parsed.",
                enum_type=MailKind,
                max_length=20,
            ),
        ),
        ops.AddIndex(model_name="MailIn", index=Index(fields=["workspace_id", "ticket_id"])),
        ops.AddField(
            model_name="OutboxRow",
            name="mail_in_id",
            field=fields.BigIntField(null=True, description="A mail that came in."),
        ),
        ops.RunSQL(UP, DOWN),
    ]
