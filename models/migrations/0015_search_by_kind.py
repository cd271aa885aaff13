"""An index of words for each kind of entry: what begins like a word of a hundred thousand tickets is asked of
the contacts as well, and would be gathered from all of these."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Without a pending list, which every search would have to read through.
UP = [
    "CREATE INDEX search_entry_tickets ON search_entry USING gin (words) WITH (fastupdate = off)"
    " WHERE kind = 'TICKET'",
    "CREATE INDEX search_entry_contacts ON search_entry USING gin (words) WITH (fastupdate = off)"
    " WHERE kind = 'CONTACT'",
    "DROP INDEX search_entry_words",
]
DOWN = [
    "CREATE INDEX search_entry_words ON search_entry USING gin (words) WITH (fastupdate = off)",
    "DROP INDEX search_entry_tickets, search_entry_contacts",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0014_labeled_tickets")]

    operations = [ops.RunSQL(UP, DOWN)]
