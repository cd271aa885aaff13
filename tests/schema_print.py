"""A fingerprint of all that a database's schema is made of."""

import asyncpg

# Everything that a migration can make, as the server itself would write it out.
SCHEMA = """
SELECT md5(coalesce(string_agg(line, E'\\n' ORDER BY line), '')) AS schema, count(*) AS lines FROM (
    SELECT format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                  a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT attisdropped
    UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'
    UNION ALL SELECT format('%s %s %s', oid::regprocedure, aggtransfn, agginitval)
    FROM pg_aggregate JOIN pg_proc ON oid = aggfnoid WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
) AS parts WHERE line NOT LIKE '%tortoise_migrations%'
"""


async def schema_of(url: str) -> str:
    """Return a fingerprint of the database's schema, and of how many parts it has."""
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(SCHEMA)
    finally:
        await connection.close()
    assert row is not None
    return f"{row['schema']}:{row['lines']}"
