"""A letter as a message of the mail system: its headers, and its alternatives of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from jobs.mail.enclosures import Enclosure
from models.texts import cleaned

REFERENCES_LENGTH = 1500
OWN_HEADERS = frozenset({"from", "to", "reply-to", "subject", "message-id", "in-reply-to", "references"})


class LetterPolicy(EmailPolicy):
    """SMTP's line ends, 7 bit, and our own headers written as we encoded them.

    The standard policy breaks long ids apart, and decodes what looks encoded: on Python 3.11.7 a
    title such as `=?utf-8?q?=0D=0ABcc=3A?=` becomes a header of its own.
    """

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        return (name, value) if name.lower() in OWN_HEADERS else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in OWN_HEADERS:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


POLICY = LetterPolicy(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True)
class Envelope:
    """What stands on the outside of a letter. `earlier` are the ids of the thread, oldest first."""

    message_id: str
    sender: str
    sender_name: str
    reply_to: str
    recipient: str
    recipient_name: str
    subject: str
    at: datetime
    earlier: Sequence[str]
    is_automatic: bool


def message(envelope: Envelope, plain: str, html: str, enclosed: Sequence[Enclosure] = ()) -> EmailMessage:
    """Return the letter. Line ends in names and titles cannot make headers."""
    made = EmailMessage(policy=POLICY)
    made["From"] = _mailbox(envelope.sender_name, envelope.sender)
    made["To"] = _mailbox(envelope.recipient_name, envelope.recipient)
    made["Reply-To"] = _mailbox(envelope.sender_name, envelope.reply_to)
    made["Subject"] = _encoded(one_line(envelope.subject))
    made["Date"] = format_datetime(envelope.at)
    made["Message-ID"] = envelope.message_id
    if envelope.earlier:
        made["In-Reply-To"] = envelope.earlier[-1]
        made["References"] = references(envelope.earlier)
    if envelope.is_automatic:
        made["Auto-Submitted"] = "auto-generated"
        made["X-Auto-Response-Suppress"] = "All"
    made.set_content(plain)
    made.add_alternative(html, subtype="html")
    for each in enclosed:
        kind, _, subtype = each.media_type.partition("/")
        made.add_attachment(each.content, maintype=kind, subtype=subtype, filename=each.name)
    return made


def references(earlier: Sequence[str]) -> str:
    """Return the ids as a References header: at most 1,500 characters, the first and the last kept."""
    first, *later = earlier
    kept: list[str] = []
    room = REFERENCES_LENGTH - len(first)
    for message_id in reversed(later):
        room -= len(message_id) + len("\r\n ")
        if room < 0:
            break
        kept.insert(0, message_id)
    return "\r\n ".join((first, *kept))


def one_line(text: str) -> str:
    """Return the text without line ends and control characters."""
    return " ".join(cleaned(text).split())


def _mailbox(name: str, address: str) -> str:
    """Return name and address as a header; the name is a quoted text or encoded, never bare."""
    shown = one_line(name)
    if not shown:
        return address
    quoted = '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{quoted if _is_plain(shown) else _encoded(shown)} <{address}>"


def _encoded(line: str) -> str:
    """Return the line for a header, folded; encoded unless it is plain."""
    return Header(line, "us-ascii" if _is_plain(line) else "utf-8", maxlinelen=72).encode(linesep="\r\n")


def _is_plain(line: str) -> bool:
    """Tell whether the line can stand as it is: ASCII, and nothing in it looks encoded."""
    return line.isascii() and "=?" not in line
