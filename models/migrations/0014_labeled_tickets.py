"""Each label on a ticket knows when the ticket came in, so that an index lists a label's tickets by it."""

from tortoise import migrations
from tortoise.migrations import operations as ops

UP = [
    "ALTER TABLE ticket_label ADD COLUMN ticket_created_at timestamptz",
    "UPDATE ticket_label SET ticket_created_at = ticket.created_at FROM ticket WHERE ticket.id = ticket_label.ticket_id",
    """CREATE FUNCTION date_label() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           NEW.ticket_created_at := (SELECT created_at FROM ticket
                                     WHERE workspace_id = NEW.workspace_id AND id = NEW.ticket_id);
           RETURN NEW;
       END $$""",
    "CREATE TRIGGER ticket_label_date BEFORE INSERT OR UPDATE ON ticket_label"
    " FOR EACH ROW EXECUTE FUNCTION date_label()",
    "CREATE INDEX ticket_label_newest ON ticket_label (workspace_id, label_id, ticket_created_at, ticket_id)",
]
DOWN = [
    "DROP INDEX ticket_label_newest",
    "DROP TRIGGER ticket_label_date ON ticket_label",
    "DROP FUNCTION date_label",
    "ALTER TABLE ticket_label DROP COLUMN ticket_created_at",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0013_ticket_counts")]

    operations = [
        ops.RemoveIndex(
            model_name="TicketLabel", name=None, fields=["workspace_id", "label_id", "ticket_id"]
        ),
        ops.AlterModelOptions(
            name="TicketLabel",
            options={
                "table": "ticket_label",
                "app": "models",
                "unique_together": (("workspace_id", "ticket_id", "label_id"),),
                "pk_attr": "id",
                "table_description": "A label on a ticket. Lists are read by `ticket_created_at`, a column kept by the database alone.",
            },
        ),
        ops.RunSQL(UP, DOWN),
    ]
