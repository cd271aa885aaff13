"""Highlighting what a search found: for all hits of a page by three statements."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from models.actors import Actor
from models.comments import Comment
from models.contacts import Contact
from models.database import fetch
from models.highlights import Fragment, Highlight, SearchField, fragments_of, may_begin, words_of
from models.rows import select_for_each
from models.tickets import Ticket
from resolvers import access
from resolvers.search import Search

COMMENTS_EACH = 2  # the newest that have one of the words
CONTACT_FIELDS = (
    (SearchField.CONTACT_NAME, "name"),
    (SearchField.CONTACT_EMAIL, "email"),
    (SearchField.CONTACT_COMPANY, "company"),
)
SPOKEN = "WHERE workspace_id = $2 AND ticket_id = parent.key AND words @@ $3::text::tsquery ORDER BY id DESC"
# The same function that made the entries says which words match, so that nothing else has to know how.
MATCHING = "SELECT word FROM unnest($1::text[]) AS given (word) WHERE worded(word) @@ $2::text::tsquery"


@dataclass(frozen=True)
class Passage:
    """A text that may have one of the words."""

    field: SearchField
    text: str
    comment_id: int | None = None


async def highlights(actor: Actor, search: Search, rows: Sequence[Ticket | Contact]) -> list[list[Highlight]]:
    """Return for each ticket or contact where in it the words were found."""
    tickets = [row for row in rows if isinstance(row, Ticket)]
    customers = await _customers(actor, tickets)
    comments = await _comments(actor, search, tickets)
    passages = [
        [*_of_ticket(row, comments[row.id]), *_of_contact(customers.get(row.contact_id or 0))]
        if isinstance(row, Ticket)
        else list(_of_contact(row))
        for row in rows
    ]
    matching = await _matching(search, chain.from_iterable(passages))
    return [
        [*_reference(row, search), *_highlights(each, matching)]
        for row, each in zip(rows, passages, strict=True)
    ]


async def _customers(actor: Actor, tickets: Sequence[Ticket]) -> dict[int, Contact]:
    ids = {ticket.contact_id for ticket in tickets if ticket.contact_id is not None}
    return {row.id: row for row in await access.contacts(actor).filter(id__in=ids)} if ids else {}


async def _comments(actor: Actor, search: Search, tickets: Sequence[Ticket]) -> dict[int, list[Comment]]:
    """Return of each ticket the newest comments in which one of the words was found."""
    clauses = f"{SPOKEN} LIMIT {COMMENTS_EACH}"
    ids = [ticket.id for ticket in tickets]
    found = await select_for_each(Comment, clauses, ids, actor.workspace_id, search.any_words) if ids else []
    comments = defaultdict[int, list[Comment]](list)
    for ticket_id, comment in found:
        comments[ticket_id].append(comment)
    return comments


async def _matching(search: Search, passages: Iterable[Passage]) -> set[str]:
    """Return those words of the passages that match; most need not be asked for, by their first letter."""
    initials = set(re.findall("'(.)", search.any_words))
    words = {word for passage in passages for word in words_of(passage.text) if may_begin(word, initials)}
    return {row["word"] for row in await fetch(MATCHING, list(words), search.any_words)}


def _of_ticket(ticket: Ticket, comments: Sequence[Comment]) -> Iterator[Passage]:
    yield Passage(SearchField.TITLE, ticket.title)
    yield Passage(SearchField.DESCRIPTION, ticket.description)
    for comment in comments:
        field = SearchField.COMMENT if comment.is_public else SearchField.NOTE
        yield Passage(field, comment.body, comment.id)


def _of_contact(contact: Contact | None) -> Iterator[Passage]:
    for field, name in CONTACT_FIELDS:
        if text := getattr(contact, name, None):
            yield Passage(field, text)


def _reference(row: Ticket | Contact, search: Search) -> Iterator[Highlight]:
    if isinstance(row, Ticket) and row.number == search.number:
        yield Highlight(SearchField.REFERENCE, (Fragment(row.reference, is_match=True),))


def _highlights(passages: Sequence[Passage], matching: Collection[str]) -> Iterator[Highlight]:
    for passage in passages:
        if fragments := fragments_of(passage.text, matching):
            yield Highlight(passage.field, fragments, passage.comment_id)
