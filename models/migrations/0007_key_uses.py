"""When API keys were last used."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0006_workspace_days")]

    operations = [
        ops.AddField(
            model_name="ApiKey",
            name="last_used_at",
            field=fields.DatetimeField(
                null=True,
                description="To the hour, so that using it writes little.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
    ]
