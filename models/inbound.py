"""What a mail that came in says, and by what it is known again. Loads quickly: parsing is a process."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

NAMING = (b"message-id", b"from", b"date", b"subject")
"""Headers that make a mail this one. Others, such as Received, depend on the way it took."""

_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)


class MailKind(StrEnum):
    """Who wrote a mail that came in: a person, or which kind of machine."""

    PERSONAL = "PERSONAL"
    AUTO_REPLY = "AUTO_REPLY"
    BULK = "BULK"
    BOUNCE = "BOUNCE"


@dataclass(frozen=True)
class Sender:
    """Whom a mail says it is from. Anybody can say so. The address is lower-case."""

    name: str
    address: str


@dataclass(frozen=True)
class InboundMail:
    """A mail, parsed. `sender` is None when it names none, or more than one.

    `addressees` are all addresses that it was sent to; `references` go from the oldest to the newest;
    `text` is what was written anew, without the letter that it answers.
    """

    message_id: str | None
    sender: Sender | None
    addressees: tuple[str, ...]
    subject: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    kind: MailKind
    attachment_count: int


def message_key(source: bytes) -> str:
    """Return what the mail is known by when it comes again, perhaps another way: SHA-256, hexadecimal.

    One without a Message-ID is known by all its bytes alone.
    """
    unix = source.replace(b"\r\n", b"\n")
    head, _, body = unix.partition(b"\n\n")
    naming = [
        (name.lower(), b" ".join(text.split()))
        for name, text in _FIELD.findall(head)
        if name.lower() in NAMING
    ]
    if not any(name == b"message-id" and text for name, text in naming):
        return hashlib.sha256(unix).hexdigest()
    digest = hashlib.sha256(repr(sorted(naming)).encode())
    digest.update(body.rstrip(b"\n"))
    return digest.hexdigest()
