"""When the schedule's entries last ran; and failed jobs are found without reading the whole outbox."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0002_guards")]

    operations = [
        ops.CreateModel(
            name="ScheduleRun",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=80)),
                (
                    "ran_at",
                    fields.DatetimeField(
                        description="On the database's clock.", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "schedule_run",
                "app": "models",
                "pk_attr": "name",
                "table_description": "The last run of one entry.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            ["CREATE INDEX outbox_failed ON outbox (failed_at) WHERE failed_at IS NOT NULL"],
            ["DROP INDEX outbox_failed"],
        ),
    ]
