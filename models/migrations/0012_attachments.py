"""Attachments are staged before they are sent, know who added them, and where their files lie."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

UP = [
    "ALTER TABLE attachment ADD CONSTRAINT attachment_workspace FOREIGN KEY (workspace_id)"
    " REFERENCES workspace (id)",
    "ALTER TABLE attachment ADD CONSTRAINT attachment_member_id_home FOREIGN KEY (workspace_id, member_id)"
    " REFERENCES member (workspace_id, id)",
    "ALTER TABLE attachment ADD CONSTRAINT attachment_contact_id_home FOREIGN KEY (workspace_id, contact_id)"
    " REFERENCES contact (workspace_id, id)",
    "CREATE INDEX attachment_staged ON attachment (created_at) WHERE ticket_id IS NULL",
    "CREATE INDEX attachment_discarded ON attachment (workspace_id) WHERE discarded_at IS NOT NULL",
]
DOWN = [
    "DELETE FROM attachment WHERE ticket_id IS NULL OR uploaded_at IS NULL",
    "DROP INDEX attachment_discarded",
    "DROP INDEX attachment_staged",
    "ALTER TABLE attachment DROP CONSTRAINT attachment_contact_id_home",
    "ALTER TABLE attachment DROP CONSTRAINT attachment_member_id_home",
    "ALTER TABLE attachment DROP CONSTRAINT attachment_workspace",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0011_notifications")]

    operations = [
        ops.AlterModelOptions(
            name="Attachment",
            options={
                "table": "attachment",
                "app": "models",
                "unique_together": (("workspace_id", "file_key"),),
                "indexes": [
                    Index(fields=["workspace_id", "ticket_id"]),
                    Index(fields=["workspace_id", "comment_id"]),
                ],
                "pk_attr": "id",
                "table_description": "A file on a ticket. First it is staged: announced, then uploaded; then it is sent with a message.",
            },
        ),
        ops.AlterField(
            model_name="Attachment",
            name="bytes",
            field=fields.BigIntField(description="Size; until it is uploaded, as announced."),
        ),
        ops.AlterField(
            model_name="Attachment",
            name="comment_id",
            field=fields.BigIntField(null=True, description="None: it came with the ticket itself."),
        ),
        ops.AlterField(
            model_name="Attachment",
            name="media_type",
            field=fields.CharField(
                null=True, description="As found in its bytes, not as the sender said.", max_length=127
            ),
        ),
        ops.AlterField(
            model_name="Attachment",
            name="name",
            field=fields.CharField(
                description="As the sender named it, without what misleads.", max_length=255
            ),
        ),
        ops.AlterField(
            model_name="Attachment",
            name="sha256",
            field=fields.CharField(null=True, description="Of its bytes, hexadecimal.", max_length=64),
        ),
        ops.AlterField(
            model_name="Attachment",
            name="ticket_id",
            field=fields.BigIntField(null=True, description="None while it is not sent yet."),
        ),
        ops.AddField(
            model_name="Attachment",
            name="contact_id",
            field=fields.BigIntField(null=True, description="The customer who added it."),
        ),
        ops.AddField(
            model_name="Attachment",
            name="discarded_at",
            field=fields.DatetimeField(
                null=True, description="Its file is to be removed since.", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="Attachment",
            name="file_key",
            field=fields.CharField(
                null=True, description="Its file's name in the workspace's folder.", max_length=32
            ),
        ),
        ops.AddField(
            model_name="Attachment",
            name="member_id",
            field=fields.BigIntField(null=True, description="The member who added it."),
        ),
        ops.AddField(
            model_name="Attachment",
            name="uploaded_at",
            field=fields.DatetimeField(
                null=True, description="When its bytes were all there.", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddConstraint(
            model_name="Attachment",
            constraint=UniqueConstraint(fields=("workspace_id", "file_key"), name=None),
        ),
        ops.RunSQL(UP, DOWN),
    ]
