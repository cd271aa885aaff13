"""Lists of contacts: by name or the newest first, all or those whom some words find."""

from models.actors import Actor
from models.contacts import Contact
from models.permissions import Permission
from models.rows import count, select
from resolvers.lists import Page, Window, page_of
from resolvers.name_lists import NamePlace

PRESENT = "WHERE workspace_id = $1 AND erased_at IS NULL"
FOUND = """
AND (external_id = $2 OR id IN (
    SELECT contact_id FROM search_entry WHERE workspace_id = $1 AND kind = 'CONTACT' AND words @@ (
        SELECT format('''#C%s''', $1::bigint)::tsquery
            && to_tsquery('simple', string_agg(quote_literal(word) || ':*', ' & '))
        FROM regexp_split_to_table(folded($2), '[[:space:]]+') AS word WHERE word <> '')))
"""


async def contacts_by_name(actor: Actor, window: Window[NamePlace], words: str) -> Page[Contact]:
    """Return a page of the contacts, by name whatever its case."""
    beyond, order = ("<", "DESC") if window.backward else (">", "ASC")
    clauses, values = _found(actor, words)
    if window.place is not None:
        clauses += f" AND (lower(name), id) {beyond} (lower(${len(values) + 1}), ${len(values) + 2})"
        values.extend(window.place)
    rest = f"ORDER BY lower(name) {order}, id {order} LIMIT {window.size + 1}"
    return page_of(await select(Contact, f"{clauses} {rest}", *values), window)


async def newest_contacts(actor: Actor, window: Window[int], words: str) -> Page[Contact]:
    """Return a page of the contacts, the newest first."""
    beyond, order = (">", "ASC") if window.backward else ("<", "DESC")
    clauses, values = _found(actor, words)
    if window.place is not None:
        clauses += f" AND id {beyond} ${len(values) + 1}"
        values.append(window.place)
    rest = f"ORDER BY id {order} LIMIT {window.size + 1}"
    return page_of(await select(Contact, f"{clauses} {rest}", *values), window)


async def count_contacts(actor: Actor, words: str) -> int:
    """Count the contacts."""
    clauses, values = _found(actor, words)
    return await count(Contact, clauses, *values)


def _found(actor: Actor, words: str) -> tuple[str, list[object]]:
    """Return the clauses that find the contacts who have all these words, or beginnings of them."""
    actor.require(Permission.READ)
    if not words:
        return PRESENT, [actor.workspace_id]
    return f"{PRESENT} {FOUND}", [actor.workspace_id, words]
