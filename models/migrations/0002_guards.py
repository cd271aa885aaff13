"""What the ORM cannot say: keys that hold a row in its workspace, search, indexes of lists and queues."""

from tortoise import migrations
from tortoise.migrations import operations as ops

REFERRED = ("member", "contact", "label", "ticket", "comment", "event", "mail_out")

# child table, column, parent table: each becomes (workspace_id, column) → parent (workspace_id, id)
WITHIN_WORKSPACE = (
    ("ticket", "contact_id", "contact"),
    ("ticket", "assignee_id", "member"),
    ("ticket", "follows_id", "ticket"),
    ("ticket", "merged_into_id", "ticket"),
    ("ticket_label", "ticket_id", "ticket"),
    ("ticket_label", "label_id", "label"),
    ("comment", "ticket_id", "ticket"),
    ("comment", "member_id", "member"),
    ("comment", "contact_id", "contact"),
    ("comment", "moved_from_id", "ticket"),
    ("attachment", "ticket_id", "ticket"),
    ("attachment", "comment_id", "comment"),
    ("event", "ticket_id", "ticket"),
    ("event", "comment_id", "comment"),
    ("event", "member_id", "member"),
    ("event", "contact_id", "contact"),
    ("outbox", "event_id", "event"),
    ("outbox", "mail_id", "mail_out"),
    ("mail_out", "event_id", "event"),
    ("mail_out", "ticket_id", "ticket"),
    ("mail_out", "comment_id", "comment"),
    ("mail_out", "contact_id", "contact"),
    ("mail_in", "ticket_id", "ticket"),
    ("mail_in", "comment_id", "comment"),
    ("session", "member_id", "member"),
    ("api_key", "member_id", "member"),
    ("ticket_token", "ticket_id", "ticket"),
    ("ticket_token", "contact_id", "contact"),
)

OF_WORKSPACE = (
    "member",
    "contact",
    "label",
    "counter",
    "ticket",
    "outbox",
    "mail_in",
    "idempotency_key",
    "audit_row",
)

UP = [
    *(f'ALTER TABLE "{table}" ADD CONSTRAINT {table}_home UNIQUE (workspace_id, id)' for table in REFERRED),
    *(
        f'ALTER TABLE "{child}" ADD CONSTRAINT {child}_{column}_home FOREIGN KEY (workspace_id, {column})'
        f' REFERENCES "{parent}" (workspace_id, id)'
        for child, column, parent in WITHIN_WORKSPACE
    ),
    *(
        f'ALTER TABLE "{table}" ADD CONSTRAINT {table}_workspace FOREIGN KEY (workspace_id)'
        " REFERENCES workspace (id)"
        for table in OF_WORKSPACE
    ),
    "ALTER TABLE member ADD CONSTRAINT member_person FOREIGN KEY (person_id) REFERENCES person (id)",
    # Search without the `unaccent` extension: decomposed, marks dropped, lower case.
    """CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
       $$ SELECT lower(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')) $$""",
    """ALTER TABLE ticket ADD COLUMN search tsvector GENERATED ALWAYS AS (
         setweight(to_tsvector('english', folded(title)), 'A')
         || setweight(to_tsvector('english', folded(left(description, 20000))), 'B')
         || setweight(to_tsvector('simple', 'tkt-' || number), 'A')) STORED""",
    "CREATE INDEX ticket_search ON ticket USING gin (search)",
    "CREATE INDEX ticket_newest ON ticket (workspace_id, created_at, id)",
    "CREATE INDEX ticket_contact ON ticket (workspace_id, contact_id)",
    "CREATE INDEX comment_thread ON comment (workspace_id, ticket_id, id)",
    "CREATE INDEX outbox_due ON outbox (next_at) WHERE done_at IS NULL AND failed_at IS NULL",
    """CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME; END $$""",
    """CREATE TRIGGER audit_row_append_only BEFORE UPDATE OR DELETE ON audit_row
       FOR EACH ROW EXECUTE FUNCTION append_only()""",
]

DOWN = [
    "DROP TRIGGER audit_row_append_only ON audit_row",
    "DROP FUNCTION append_only",
    "DROP INDEX outbox_due, comment_thread, ticket_contact, ticket_newest, ticket_search",
    "ALTER TABLE ticket DROP COLUMN search",
    "DROP FUNCTION folded",
    "ALTER TABLE member DROP CONSTRAINT member_person",
    *(f'ALTER TABLE "{table}" DROP CONSTRAINT {table}_workspace' for table in OF_WORKSPACE),
    *(
        f'ALTER TABLE "{child}" DROP CONSTRAINT {child}_{column}_home'
        for child, column, _ in WITHIN_WORKSPACE
    ),
    *(f'ALTER TABLE "{table}" DROP CONSTRAINT {table}_home' for table in REFERRED),
]


class Migration(migrations.Migration):
    dependencies = [("models", "0001_tables")]

    operations = [ops.RunSQL(UP, DOWN)]
