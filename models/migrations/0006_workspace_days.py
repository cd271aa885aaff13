"""After how many days a closed ticket is reopened no more, and a resolved one closed: the workspace's choice."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0005_actions")]

    operations = [
        ops.AddField(
            model_name="Workspace",
            name="close_days",
            field=fields.SmallIntField(
                null=True,
                default=7,
                description="Quiet days after which a resolved ticket is closed; null: never.",
                db_default=7,
            ),
        ),
        ops.AddField(
            model_name="Workspace",
            name="reopen_days",
            field=fields.SmallIntField(
                default=14,
                description="Days in which a customer's message reopens a closed ticket.",
                db_default=14,
            ),
        ),
    ]
