"""Counting tickets of each kind by triggers, in the transaction that changes them, from the first one on."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from models.ticket_enums import Channel, Status, TicketType

KIND = "workspace_id, is_archived, assignee_id, status, urgency, type, channel"
OF_TICKET = (
    "workspace_id, archived_at IS NOT NULL AS is_archived, assignee_id, status, urgency, type, channel"
)
TWICE = "GROUP BY GROUPING SETS ((1, 2, 3, 4), (1, 2, 3, 4, 5, 6, 7))"

UP = [
    # Whoever writes tickets waits for this migration: none goes uncounted.
    "LOCK TABLE ticket IN SHARE ROW EXCLUSIVE MODE",
    "ALTER TABLE ticket_count ADD CONSTRAINT ticket_count_workspace FOREIGN KEY (workspace_id)"
    " REFERENCES workspace (id)",
    "ALTER TABLE ticket_count ADD CONSTRAINT ticket_count_assignee_id_home"
    " FOREIGN KEY (workspace_id, assignee_id) REFERENCES member (workspace_id, id)",
    "CREATE INDEX ticket_count_coarse ON ticket_count (workspace_id) WHERE type IS NULL",
    "CREATE INDEX ticket_count_fine ON ticket_count (workspace_id) WHERE type IS NOT NULL",
    "CREATE INDEX ticket_count_unfolded ON ticket_count (id) WHERE NOT is_folded",
    f"""INSERT INTO ticket_count ({KIND}, tickets, is_folded)
        SELECT {OF_TICKET}, count(*), true FROM ticket {TWICE}""",  # noqa: S608
    # A statement that moves no ticket to another kind writes no row.
    f"""CREATE FUNCTION count_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO ticket_count ({KIND}, tickets, is_folded)
                SELECT {OF_TICKET}, count(*), false FROM arrived {TWICE};
            ELSIF TG_OP = 'DELETE' THEN
                INSERT INTO ticket_count ({KIND}, tickets, is_folded)
                SELECT {OF_TICKET}, -count(*), false FROM departed {TWICE};
            ELSE
                INSERT INTO ticket_count ({KIND}, tickets, is_folded)
                SELECT {KIND}, sum(change), false
                FROM (SELECT {OF_TICKET}, 1 AS change FROM arrived
                      UNION ALL SELECT {OF_TICKET}, -1 FROM departed) AS moved
                {TWICE} HAVING sum(change) <> 0;
            END IF;
            RETURN NULL;
        END $$""",  # noqa: S608
    "CREATE TRIGGER ticket_count_insert AFTER INSERT ON ticket REFERENCING NEW TABLE AS arrived"
    " FOR EACH STATEMENT EXECUTE FUNCTION count_tickets()",
    "CREATE TRIGGER ticket_count_update AFTER UPDATE ON ticket"
    " REFERENCING OLD TABLE AS departed NEW TABLE AS arrived"
    " FOR EACH STATEMENT EXECUTE FUNCTION count_tickets()",
    "CREATE TRIGGER ticket_count_delete AFTER DELETE ON ticket REFERENCING OLD TABLE AS departed"
    " FOR EACH STATEMENT EXECUTE FUNCTION count_tickets()",
]
DOWN = [
    "DROP TRIGGER ticket_count_delete ON ticket",
    "DROP TRIGGER ticket_count_update ON ticket",
    "DROP TRIGGER ticket_count_insert ON ticket",
    "DROP FUNCTION count_tickets",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0012_attachments")]

    operations = [
        ops.CreateModel(
            name="TicketCount",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("is_archived", fields.BooleanField()),
                ("assignee_id", fields.BigIntField(null=True)),
                (
                    "status",
                    fields.CharEnumField(description="As of the tickets.", enum_type=Status, max_length=20),
                ),
                (
                    "urgency",
                    fields.SmallIntField(null=True, description="Of their priority: 1 LOW to 4 URGENT."),
                ),
                (
                    "type",
                    fields.CharEnumField(
                        null=True, description="As of the tickets.", enum_type=TicketType, max_length=20
                    ),
                ),
                (
                    "channel",
                    fields.CharEnumField(
                        null=True, description="As of the tickets.", enum_type=Channel, max_length=20
                    ),
                ),
                ("tickets", fields.IntField(description="So many more; negative: so many fewer.")),
                (
                    "is_folded",
                    fields.BooleanField(description="It is the sum of what was there when it was written."),
                ),
            ],
            options={
                "table": "ticket_count",
                "app": "models",
                "pk_attr": "id",
                "table_description": "So many tickets more, or fewer, of one kind: the sum of the rows of a kind is how many there are.",
            },
            bases=["Tenant"],
        ),
        ops.RunSQL(UP, DOWN),
    ]
