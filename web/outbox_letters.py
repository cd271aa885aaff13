"""Reading a mail of the local outbox: its headers that people ask for, its text, its HTML."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
)
MOST_BYTES = 1024 * 1024  # of a mail that is read; ours are far smaller


@dataclass(frozen=True)
class Letter:
    """A mail as it lies in the outbox. `name` is its file's, without the ending."""

    name: str
    headers: dict[str, str]
    text: str
    html: str

    @property
    def subject(self) -> str:
        return self.headers.get("Subject", "(no subject)")


def read_letter(path: Path) -> Letter:
    """Return the mail in a file. What cannot be decoded is shown with replacement characters."""
    with path.open("rb") as file:
        source = file.read(MOST_BYTES)
    mail = message_from_bytes(source, policy=policy.default)
    headers = {name: str(mail[name]) for name in HEADERS if mail[name]}
    return Letter(path.stem, headers, _part(mail, "plain"), _part(mail, "html"))


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    if body is None:
        return ""
    try:
        return str(body.get_content())
    except LookupError:  # a charset that Python does not know
        return cast("bytes", body.get_payload(decode=True)).decode(errors="replace")
