"""The open tickets of a member are counted without reading the others."""

from tortoise import migrations
from tortoise.migrations import operations as ops

UP = """
CREATE INDEX ticket_open_of_member ON ticket (workspace_id, assignee_id)
WHERE archived_at IS NULL AND status IN ('OPEN', 'IN_PROGRESS', 'WAITING')
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0016_resolved_tickets")]

    operations = [ops.RunSQL(UP, "DROP INDEX ticket_open_of_member")]
