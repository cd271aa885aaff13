"""What lists of tickets are ordered and found by: the urgency of a priority, and an index for each list."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# index → what stands behind (workspace_id, … in it, and after it; docs/decisions/0014-finding-tickets.md has the figures
INDEXES = {
    "ticket_recent": ("updated_at, id", ""),
    "ticket_urgent": ("urgency, created_at, id", ""),
    "ticket_assignee": ("assignee_id, created_at, id", ""),
    "ticket_of_contact": ("contact_id, created_at, id", ""),
    "ticket_unclosed_newest": ("created_at, id", "WHERE status <> 'CLOSED'"),
    "ticket_unclosed_recent": ("updated_at, id", "WHERE status <> 'CLOSED'"),
    "ticket_unclosed_urgent": ("urgency, created_at, id", "WHERE status <> 'CLOSED'"),
    "ticket_archived_newest": ("created_at, id", "WHERE archived_at IS NOT NULL"),
    "ticket_archived_recent": ("updated_at, id", "WHERE archived_at IS NOT NULL"),
    "ticket_escalated": ("created_at, id", "WHERE escalated_at IS NOT NULL"),
}
UP = [
    """ALTER TABLE ticket ADD COLUMN urgency smallint NOT NULL GENERATED ALWAYS AS (
         CASE priority WHEN 'URGENT' THEN 4 WHEN 'HIGH' THEN 3 WHEN 'MEDIUM' THEN 2 ELSE 1 END) STORED""",
    *(
        f"CREATE INDEX {name} ON ticket (workspace_id, {rest}) {which}"
        for name, (rest, which) in INDEXES.items()
    ),
    "DROP INDEX ticket_contact",
]
DOWN = [
    "CREATE INDEX ticket_contact ON ticket (workspace_id, contact_id)",
    f"DROP INDEX {', '.join(INDEXES)}",
    "ALTER TABLE ticket DROP COLUMN urgency",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0009_labels")]

    operations = [ops.RunSQL(UP, DOWN)]
