"""An index of the resolved tickets by how long they are quiet, so that closing them costs what it closes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

UP = """
CREATE INDEX ticket_resolved ON ticket (workspace_id, updated_at)
WHERE status = 'RESOLVED' AND archived_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0015_search_by_kind")]

    operations = [ops.RunSQL([UP], ["DROP INDEX ticket_resolved"])]
