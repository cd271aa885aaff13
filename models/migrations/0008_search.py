"""Search: one entry for each ticket and each contact, kept by triggers in the transaction of the change.

An entry's `words` hold each word twice, as it is written and by its stem, so that beginnings of either
are found. Lexemes that begin with `#` are in no text, since folding leaves no such sign. They make the index
of words one of workspaces and of time as well: `#T7` stands on all tickets of workspace 7, `#T7.2` on its
third stretch of 8,192, `#T7-1` on its second of 65,536; `#C7` and so on are the same for contacts; `#OF9`
stands on the tickets of contact 9.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.search import SearchType

FOLDED_BEFORE = """CREATE OR REPLACE FUNCTION folded(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT lower(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')) $$"""

# The first way is the same as the second, for text that is plain ASCII, and costs a twentieth of it.
# Signs become spaces, or `and/or`, `carl@example.org` and `v1.2` would each be a word of its own.
FOLDED = r"""CREATE OR REPLACE FUNCTION folded(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN octet_length(words) = length(words)
    THEN lower(regexp_replace(words, '[!-/:-@[-`{-~]', ' ', 'g'))
    ELSE replace(replace(replace(replace(translate(
        lower(regexp_replace(
            normalize(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g'), NFC),
            '[!-/:-@[-`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u303f]', ' ', 'g'
        )), 'øłđıħð', 'oldihd'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ß', 'ss')
END $$"""

# No more than a text's first 20,000 characters: a mail of 100,000 would keep a processor for 20 ms.
WORDED = """CREATE FUNCTION worded(words text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE plain text := folded(left(words, 20000));
BEGIN RETURN to_tsvector('simple', plain) || to_tsvector('english', plain); END $$"""

# A vector holds a megabyte at most; over that, the reply that adds to it would fail.
JOINED = """CREATE FUNCTION words_joined(words tsvector, more tsvector) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN pg_column_size(words) > 100000 THEN words ELSE words || more END $$"""

MARKS = """CREATE FUNCTION search_marks(kind text, workspace bigint, place bigint) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(ARRAY['#' || kind || workspace, '#' || kind || workspace || '.' || place / 8192,
                               '#' || kind || workspace || '-' || place / 65536])
$$"""

ENTER_TICKETS = """CREATE FUNCTION enter_tickets(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_entry (workspace_id, kind, place, ticket_id, words)
    SELECT t.workspace_id, 'TICKET', t.number, t.id,
        search_marks('T', t.workspace_id, t.number)
        || array_to_tsvector(array_remove(ARRAY['#OF' || t.contact_id], NULL))
        || setweight(to_tsvector('simple', format('tkt %s tkt %s', t.number, lpad(t.number::text, 4, '0'))), 'A')
        || setweight(worded(t.title), 'A') || setweight(worded(t.description), 'B')
        || (SELECT words_joined(setweight(c.words, CASE WHEN c.is_public THEN 'C'::"char" ELSE 'D' END)
                                ORDER BY c.id DESC)
            FROM comment c WHERE c.workspace_id = t.workspace_id AND c.ticket_id = t.id)
    FROM ticket t WHERE t.id = ANY(ids)
    ON CONFLICT (workspace_id, kind, place) DO UPDATE SET words = EXCLUDED.words;
END $$"""

UP = [
    "DROP INDEX ticket_search",
    "ALTER TABLE ticket DROP COLUMN search",
    FOLDED,
    WORDED,
    JOINED,
    MARKS,
    "CREATE AGGREGATE words_joined(tsvector) (SFUNC = words_joined, STYPE = tsvector, INITCOND = '')",
    "ALTER TABLE search_entry ADD COLUMN words tsvector NOT NULL",
    # In the row: a search that looks entries through would fetch each from elsewhere, in 10 µs instead of 1.
    "ALTER TABLE search_entry ALTER COLUMN words SET STORAGE EXTERNAL",
    "ALTER TABLE search_entry SET (toast_tuple_target = 8160)",
    "ALTER TABLE search_entry ADD CONSTRAINT search_entry_workspace FOREIGN KEY (workspace_id)"
    " REFERENCES workspace (id)",
    *(
        f"ALTER TABLE search_entry ADD CONSTRAINT search_entry_{row}_id_home"
        f" FOREIGN KEY (workspace_id, {row}_id) REFERENCES {row} (workspace_id, id) ON DELETE CASCADE"
        for row in ("ticket", "contact")
    ),
    "ALTER TABLE comment ADD COLUMN words tsvector GENERATED ALWAYS AS (worded(body)) STORED",
    ENTER_TICKETS,
    """CREATE FUNCTION enter_contacts(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO search_entry (workspace_id, kind, place, contact_id, words)
        SELECT c.workspace_id, 'CONTACT', c.id, c.id,
            search_marks('C', c.workspace_id, c.id)
            || setweight(to_tsvector('simple', folded(c.name)), 'A')
            || setweight(to_tsvector('simple', folded(coalesce(c.email, ''))), 'B')
            || setweight(to_tsvector('simple', folded(coalesce(c.company, ''))), 'B')
        FROM contact c WHERE c.id = ANY(ids)
        ON CONFLICT (workspace_id, kind, place) DO UPDATE SET words = EXCLUDED.words;
    END $$""",
    """CREATE FUNCTION enter_ticket() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM enter_tickets(ARRAY[NEW.id]); RETURN NULL; END $$""",
    """CREATE FUNCTION enter_contact() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM enter_contacts(ARRAY[NEW.id]); RETURN NULL; END $$""",
    """CREATE FUNCTION enter_commented() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            PERFORM enter_tickets(ARRAY(SELECT DISTINCT ticket_id FROM after_rows));
        ELSIF TG_OP = 'DELETE' THEN
            PERFORM enter_tickets(ARRAY(SELECT DISTINCT ticket_id FROM before_rows));
        ELSE
            PERFORM enter_tickets(ARRAY(SELECT ticket_id FROM before_rows UNION SELECT ticket_id FROM after_rows));
        END IF;
        RETURN NULL;
    END $$""",
    "CREATE TRIGGER search_ticket_added AFTER INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION enter_ticket()",
    """CREATE TRIGGER search_ticket_changed AFTER UPDATE ON ticket FOR EACH ROW
    WHEN ((OLD.title, OLD.description, OLD.contact_id) IS DISTINCT FROM (NEW.title, NEW.description, NEW.contact_id))
    EXECUTE FUNCTION enter_ticket()""",
    "CREATE TRIGGER search_contact_added AFTER INSERT ON contact FOR EACH ROW EXECUTE FUNCTION enter_contact()",
    """CREATE TRIGGER search_contact_changed AFTER UPDATE ON contact FOR EACH ROW
    WHEN ((OLD.name, OLD.email, OLD.company) IS DISTINCT FROM (NEW.name, NEW.email, NEW.company))
    EXECUTE FUNCTION enter_contact()""",
    """CREATE TRIGGER search_comment_added AFTER INSERT ON comment
    REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION enter_commented()""",
    """CREATE TRIGGER search_comment_changed AFTER UPDATE ON comment
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION enter_commented()""",
    """CREATE TRIGGER search_comment_gone AFTER DELETE ON comment
    REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION enter_commented()""",
    "SELECT enter_tickets(ARRAY(SELECT id FROM ticket ORDER BY id))",
    "SELECT enter_contacts(ARRAY(SELECT id FROM contact ORDER BY id))",
    # Without a pending list, which every search would have to read through.
    "CREATE INDEX search_entry_words ON search_entry USING gin (words) WITH (fastupdate = off)",
]

DOWN = [
    "DROP TRIGGER search_ticket_added ON ticket",
    "DROP TRIGGER search_ticket_changed ON ticket",
    "DROP TRIGGER search_contact_added ON contact",
    "DROP TRIGGER search_contact_changed ON contact",
    "DROP TRIGGER search_comment_added ON comment",
    "DROP TRIGGER search_comment_changed ON comment",
    "DROP TRIGGER search_comment_gone ON comment",
    "DROP FUNCTION enter_ticket, enter_contact, enter_commented, enter_tickets, enter_contacts",
    "ALTER TABLE comment DROP COLUMN words",
    "ALTER TABLE search_entry DROP COLUMN words",
    "ALTER TABLE search_entry RESET (toast_tuple_target)",
    "DROP AGGREGATE words_joined(tsvector)",
    "DROP FUNCTION words_joined(tsvector, tsvector), worded(text), search_marks(text, bigint, bigint)",
    FOLDED_BEFORE,
    """ALTER TABLE ticket ADD COLUMN search tsvector GENERATED ALWAYS AS (
         setweight(to_tsvector('english', folded(title)), 'A')
         || setweight(to_tsvector('english', folded(left(description, 20000))), 'B')
         || setweight(to_tsvector('simple', 'tkt-' || number), 'A')) STORED""",
    "CREATE INDEX ticket_search ON ticket USING gin (search)",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0007_key_uses")]

    operations = [
        ops.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                (
                    "kind",
                    fields.CharEnumField(
                        description="What it is the entry of.", enum_type=SearchType, max_length=20
                    ),
                ),
                (
                    "place",
                    fields.BigIntField(
                        description="The ticket's number, the contact's id: the newest is the highest."
                    ),
                ),
                ("ticket_id", fields.BigIntField(null=True)),
                ("contact_id", fields.BigIntField(null=True)),
            ],
            options={
                "table": "search_entry",
                "app": "models",
                "unique_together": (("workspace_id", "kind", "place"),),
                "pk_attr": "id",
                "table_description": "What search knows of a ticket or a contact. Triggers of the database alone write it.",
            },
            bases=["Tenant"],
        ),
        ops.RunSQL(UP, DOWN),
    ]
