"""Highlights: the part of a text in which a search found something, and what of it matches."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

EXCERPT_LENGTH = 240  # characters: two lines of a list
LEAD_LENGTH = 60  # characters before the first match
LONGEST_TEXT = 8_000  # characters looked through: a page of long mails takes 0.1 s
CUT = "…"

# What stands between words: the same signs that the function `folded` of the database makes spaces of.
WORD = re.compile(r"[^\s!-/:-@\[-`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u303f]+")


class SearchField(StrEnum):
    REFERENCE = "REFERENCE"
    TITLE = "TITLE"
    DESCRIPTION = "DESCRIPTION"
    COMMENT = "COMMENT"
    NOTE = "NOTE"
    CONTACT_NAME = "CONTACT_NAME"
    CONTACT_EMAIL = "CONTACT_EMAIL"
    CONTACT_COMPANY = "CONTACT_COMPANY"


@dataclass(frozen=True)
class Fragment:
    """A stretch of text that matches as a whole, or not at all."""

    text: str
    is_match: bool


@dataclass(frozen=True)
class Highlight:
    """Where in a ticket or a contact something was found; `comment_id` is the comment that it stands in."""

    field: SearchField
    fragments: tuple[Fragment, ...]
    comment_id: int | None = None


def words_of(text: str) -> set[str]:
    """Return the words of a text, as they are written."""
    return set(WORD.findall(text[:LONGEST_TEXT]))


def may_begin(word: str, initials: Collection[str]) -> bool:
    """Tell whether the word can match a lexeme with one of these first letters, which folding may change."""
    return not word[0].isascii() or word[0].lower() in initials


def fragments_of(text: str, matching: Collection[str]) -> tuple[Fragment, ...]:
    """Return the part of the text around the first of the matching words; nothing where there is none."""
    spans = [span.span() for span in WORD.finditer(text[:LONGEST_TEXT]) if span[0] in matching]
    if not spans:
        return ()
    begin, end = _excerpt(text, *spans[0])
    parts, at = [CUT if begin else ""], begin
    for start, stop in spans:
        if stop > end:
            break
        parts[-1] += text[at:start]
        parts += [text[start:stop], ""]
        at = stop
    parts[-1] += text[at:end] + (CUT if end < len(text) else "")
    lines = [re.sub(r"\s+", " ", part) for part in parts]
    return tuple(Fragment(line, nth % 2 == 1) for nth, line in enumerate(lines) if line)


def _excerpt(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return where the part around a match begins and ends: between words, if there are any."""
    begin = 0 if start <= LEAD_LENGTH else text.rfind(" ", 0, start - LEAD_LENGTH) + 1
    begin = max(begin, start - 2 * LEAD_LENGTH)
    end = max(begin + EXCERPT_LENGTH, stop)
    if end >= len(text):
        return begin, len(text)
    space = text.rfind(" ", stop, end)
    return begin, space if space >= 0 else end
