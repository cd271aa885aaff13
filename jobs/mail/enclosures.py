"""The files that go with a letter, as far as they fit into a mail; the others are on the ticket's page."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.attachments import Attachment, size_in_words
from models.letters import Letter
from models.mails import MailOut
from models.media_types import UNKNOWN, served
from resolvers.attachments import content_of
from settings import settings

ENCODED = ("text/", "message/", "multipart/")
"""Kinds that mail programs would show, change or take apart: they go as plain bytes."""


@dataclass(frozen=True)
class Enclosure:
    """A file as it stands in a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Enclosures:
    """What goes along, and in words what does not."""

    files: Sequence[Enclosure] = ()
    left: Sequence[str] = ()


async def enclosures(mail: MailOut) -> Enclosures:
    """Return the files of the comment that a reply carries, while they fit, in their order."""
    if mail.letter is not Letter.REPLY or mail.comment_id is None:
        return Enclosures()
    rows = await Attachment.filter(
        workspace_id=mail.workspace_id, comment_id=mail.comment_id, discarded_at=None
    ).order_by("id")
    room, fitting, left = settings.mail_attachment_bytes, list[Attachment](), list[str]()
    for row in rows:
        if row.bytes <= room:
            room -= row.bytes
            fitting.append(row)
        else:
            left.append(f"{row.name} ({size_in_words(row.bytes)})")
    return Enclosures([await _enclosure(row) for row in fitting], left)


async def _enclosure(row: Attachment) -> Enclosure:
    media_type = served(row.media_type)
    shown = UNKNOWN if media_type.startswith(ENCODED) else media_type
    return Enclosure(row.name, shown, b"".join([piece async for piece in await content_of(row)]))
