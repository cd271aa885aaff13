"""A great many tickets, written past the operations, in the order in which the database is quickest."""

import asyncpg

BATCH = 20_000  # tickets in a statement
TEXTS = 20_000  # descriptions that differ

# Words as frequent as in a language: few are common, most are rare.
VOCABULARY = """
CREATE TEMPORARY TABLE vocabulary AS
SELECT nth, concat(
    (ARRAY['ba','ke','li','mo','nu','pra','stre','tri','glo','shu','dan','fer','gi','ho','ju','ka'])
    [1 + nth % 16],
    (ARRAY['ta','re','si','po','mu','lak','den','fir','gon','hus','vax','wem','zil','cor','bub','nys'])
    [1 + nth / 16 % 16],
    (ARRAY['','n','tion','ing','er','ed','s','ly','ment','able','or','al','ic','est','ive','ous'])
    [1 + nth / 256 % 16],
    CASE WHEN nth >= 4096 THEN nth / 4096 END
) AS word FROM generate_series(0, 20479) AS nth
"""
PASSAGES = f"""
CREATE TEMPORARY TABLE passage AS
SELECT pick.nth, string_agg(word, ' ') AS text
FROM (SELECT nth, (power(random(), 3) * 20000)::int AS word_nth
      FROM generate_series(0, {TEXTS} - 1) AS nth, generate_series(1, 60)) AS pick
JOIN vocabulary ON vocabulary.nth = pick.word_nth GROUP BY pick.nth
"""
# Every second ticket has the common word, every twentieth the one for the prefix, one in 10,000 the rare.
TICKETS = f"""
INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel,
                    is_internal, is_public, version, created_at, updated_at)
SELECT $1, number,
    concat_ws(' ', 'Floor', number % 40, CASE WHEN number % 2 = 0 THEN 'printer' ELSE 'scanner' END,
              CASE WHEN number % 20 = 4 THEN 'password' END, CASE WHEN number % 10000 = 78 THEN 'zebra' END),
    passage.text, 'OPEN', 'MEDIUM', 'SUPPORT_TICKET', 'EMAIL', false, false, 1, at, at
FROM generate_series($2::int, $3::int) AS number
JOIN passage ON passage.nth = number::bigint * 7919 % {TEXTS}
CROSS JOIN LATERAL (SELECT now() - ($4::int - number) * interval '1 minute' AS at) AS instant
ORDER BY number
"""
ENTRIES = """
SELECT enter_tickets(ARRAY(
    SELECT id FROM ticket WHERE workspace_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number
))
"""


INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'search_entry' AND indexdef LIKE '%gin (words)%'
"""


async def fill(url: str, workspace_id: int, count: int) -> None:
    """Add so many tickets, a minute apart, with titles and descriptions to search in, and no comments."""
    connection = await asyncpg.connect(url)
    try:
        indexes = await connection.fetch(INDEXES)
        await connection.execute("SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
        for statement in (
            VOCABULARY,
            PASSAGES,
            "CREATE INDEX passage_nth ON passage (nth)",
            "ANALYZE passage",
        ):
            await connection.execute(statement)
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['indexname']}")
        await connection.execute("ALTER TABLE ticket DISABLE TRIGGER search_ticket_added")
        for first in range(1, count + 1, BATCH):
            last = min(first + BATCH - 1, count)
            await connection.execute(TICKETS, workspace_id, first, last, count)
            await connection.execute(ENTRIES, workspace_id, first, last)
        await connection.execute("ALTER TABLE ticket ENABLE TRIGGER search_ticket_added")
        for statement in (
            *(index["indexdef"] for index in indexes),
            "VACUUM ANALYZE ticket",
            "VACUUM ANALYZE search_entry",
        ):
            await connection.execute(statement)
    finally:
        await connection.close()
