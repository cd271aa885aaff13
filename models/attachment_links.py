"""Links to a file: signed, for one attachment and one use, and good for minutes. Whoever has one may."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from models.errors import NotFound
from models.origin import base_url
from models.secrets import derived_word

PATH = "/attachments"
VALID = timedelta(minutes=15)
NO_LINK = "This link is not valid, or not any more. Ask for a new one."


class Use(StrEnum):
    UPLOAD = "upload"
    DOWNLOAD = "download"
    PREVIEW = "preview"


@dataclass(frozen=True)
class Link:
    """What a link is for. `expires_at` is a whole second."""

    use: Use
    workspace_id: int
    attachment_id: int
    expires_at: datetime

    @property
    def url(self) -> str:
        """The link itself. What lets in stands behind the `?`, which is not logged."""
        place = f"{base_url()}{PATH}/{self.workspace_id}/{self.attachment_id}"
        expires = int(self.expires_at.timestamp())
        return f"{place}?{urlencode({'use': self.use, 'expires': expires, 'signature': self.signature})}"

    @property
    def signature(self) -> str:
        name = (self.use, self.workspace_id, self.attachment_id, int(self.expires_at.timestamp()))
        return derived_word("attachment link", ":".join(map(str, name)))


def link_to(workspace_id: int, attachment_id: int, use: Use, at: datetime) -> Link:
    """Return a link that is given out at `at`."""
    return Link(use, workspace_id, attachment_id, (at + VALID).replace(microsecond=0))


def checked_link(
    workspace: str, attachment: str, use: str, expires: str, signature: str, *, now: datetime
) -> Link:
    """Return what a link says. Refuses with NotFound one that we did not sign, or that has expired."""
    numbers = (workspace, attachment, expires)
    if use not in list(Use) or not all(_is_number(each) for each in numbers):
        raise NotFound(NO_LINK)
    until = datetime.fromtimestamp(int(expires), UTC)
    link = Link(Use(use), int(workspace), int(attachment), until)
    if not hmac.compare_digest(link.signature.encode(), signature.encode()) or now >= until:
        raise NotFound(NO_LINK)
    return link


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
