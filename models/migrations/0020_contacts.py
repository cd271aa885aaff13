"""What is kept of contacts, and the index of their list by name."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

UP = ["CREATE INDEX contact_by_name ON contact (workspace_id, lower(name), id)"]
DOWN = ["DROP INDEX contact_by_name"]


class Migration(migrations.Migration):
    dependencies = [("models", "0019_canned_responses")]

    operations = [
        ops.AddField(
            model_name="Contact",
            name="erased_at",
            field=fields.DatetimeField(
                null=True,
                description="Since then nothing of them is left but the row.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Contact",
            name="external_id",
            field=fields.CharField(null=True, description="Its id in another system.", max_length=100),
        ),
        ops.AddField(
            model_name="Contact",
            name="notes",
            field=fields.TextField(
                null=True, description="What members keep about them; no customer sees it.", unique=False
            ),
        ),
        ops.AddConstraint(
            model_name="Contact",
            constraint=UniqueConstraint(fields=("workspace_id", "external_id"), name=None),
        ),
        ops.RunSQL(UP, DOWN),
    ]
