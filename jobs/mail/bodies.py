"""The text of a mail, whatever it is made of, and how many attachments it has."""

from collections.abc import Callable
from email.message import Message
from typing import TypeAlias, TypeVar, cast

from jobs.mail.charsets import decoded
from jobs.mail.html_text import reduced
from models.texts import cleaned

T = TypeVar("T")
CHARACTERS = 500_000  # of one part; what is stored in the end is much less
Part: TypeAlias = "Message[str, str]"


def text_of(part: Part) -> str:
    """Return the text of the part: plain where there is some, else what its HTML shows."""
    kind = part.get_content_type()
    if _is_attachment(part):
        return ""
    if part.is_multipart():
        texts = [(child.get_content_type(), text_of(child)) for child in _children(part)]
        shown = [(child, text) for child, text in texts if text.strip()]
        if kind == "multipart/alternative":
            return next(
                (text for child, text in shown if child == "text/plain"), shown[0][1] if shown else ""
            )
        return "\n\n".join(text for _, text in (shown[:1] if kind == "multipart/report" else shown))
    text = cleaned(_decoded(part))
    return reduced(text) if kind == "text/html" else text.strip("\n")


def attachment_count(part: Part) -> int:
    """Return how many parts are no text of the mail itself: files, pictures, whole mails."""
    if _is_attachment(part):
        return 1
    return sum(map(attachment_count, _children(part))) if part.is_multipart() else 0


def _is_attachment(part: Part) -> bool:
    """Tell whether the part is a file. A multipart is none; a broken one is text."""
    kind = part.get_content_maintype()
    if kind == "multipart":
        return False
    disposition = _safe(part.get_content_disposition, None)
    has_name = disposition is not None and bool(_safe(part.get_filename, "unreadable"))
    return kind != "text" or disposition == "attachment" or has_name


def _children(part: Part) -> list[Part]:
    return cast("list[Part]", part.get_payload())


def _decoded(part: Part) -> str:
    raw = _safe(lambda: part.get_payload(decode=True), b"")
    text = decoded(cast(bytes, raw or b""), _safe(part.get_content_charset, None))
    return text[:CHARACTERS]


def _safe(read: Callable[[], T], otherwise: T) -> T:
    """Return what the standard library reads; on parameters of the wildest kinds it raises."""
    try:
        return read()
    except (LookupError, ValueError, TypeError, AttributeError):
        return otherwise
