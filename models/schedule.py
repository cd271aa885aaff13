"""When the entries of the schedule last ran, shared by all clocks."""

from tortoise import fields
from tortoise.models import Model


class ScheduleRun(Model):
    """The last run of one entry."""

    name = fields.CharField(80, primary_key=True)
    ran_at = fields.DatetimeField(description="On the database's clock.")

    class Meta:
        table = "schedule_run"
