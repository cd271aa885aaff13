"""Text as it comes from people: one line or many, cleaned of what no database or screen can take."""

import re
import unicodedata

from models.errors import Invalid

# C0 and C1 controls but tab and line ends, and the surrogates that no UTF-8 can carry.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def cleaned(text: str) -> str:
    """Return the text without control characters, with `\\n` line ends, in Unicode form NFC."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub("", unix))


def is_printable(text: str) -> bool:
    """Tell whether the text can be stored and shown as it is."""
    return _UNPRINTABLE.search(text) is None


def checked_line(text: str, field: str, *, most: int) -> str:
    """Return one line of text, its white space folded; refuse with Invalid when empty or too long.

    `field` is the input field's name in sentences and paths; `most` counts characters.
    """
    line = " ".join(cleaned(text).split())
    if not any(map(is_visible, line)):
        raise Invalid(f"The {field} must not be empty.", path=("input", field))
    if len(line) > most:
        raise Invalid(f"The {field} has at most {most} characters.", path=("input", field))
    return line


def checked_text(text: str, field: str, *, most: int) -> str:
    """Return a text of several lines, which may be empty; refuse with Invalid when too long."""
    lines = cleaned(text).strip()
    if len(lines) > most:
        raise Invalid(f"The {field} has at most {most:,} characters.", path=("input", field))
    return lines


def is_visible(character: str) -> bool:
    """Tell whether one sees it: no space, no control, no mark of direction or of joining."""
    return unicodedata.category(character)[0] not in "CZ"
