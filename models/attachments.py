"""What is known of an attachment. Its bytes lie in the file store, never in a row."""

import re
import unicodedata
from datetime import timedelta

from tortoise import fields

from models.actors import Actor
from models.errors import Invalid
from models.tenancy import Tenant
from settings import settings

NAME_BYTES = 255  # what file systems take
EXTENSION_BYTES = 20
STAGED_KEPT = timedelta(hours=24)
STAGED_MOST = 100  # files that one person has uploaded, or may upload, and not sent yet

_PATH = re.compile(r"[/\\]")
_UNFIT = re.compile(r'[<>:"|?*]')  # what Windows takes in no name
_JOINERS = "\u200c\u200d"  # within words of Persian, and within emoji


class Attachment(Tenant):
    """A file on a ticket. First it is staged: announced, then uploaded; then it is sent with a message.

    Discarded, it belongs to nobody and says nothing; its file is removed, and then the row.
    """

    ticket_id = fields.BigIntField(null=True, description="None while it is not sent yet.")
    comment_id = fields.BigIntField(null=True, description="None: it came with the ticket itself.")
    moved_from_id = fields.BigIntField(
        null=True, description="The ticket it came with, where a merge has moved it from there."
    )
    member_id = fields.BigIntField(null=True, description="The member who added it.")
    contact_id = fields.BigIntField(null=True, description="The customer who added it.")
    name = fields.CharField(255, description="As the sender named it, without what misleads.")
    media_type = fields.CharField(
        127, null=True, description="As found in its bytes, not as the sender said."
    )
    bytes = fields.BigIntField(description="Size; until it is uploaded, as announced.")
    sha256 = fields.CharField(64, null=True, description="Of its bytes, hexadecimal.")
    file_key = fields.CharField(32, null=True, description="Its file's name in the workspace's folder.")
    created_at = fields.DatetimeField()
    uploaded_at = fields.DatetimeField(null=True, description="When its bytes were all there.")
    discarded_at = fields.DatetimeField(null=True, description="Its file is to be removed since.")

    class Meta:
        table = "attachment"
        indexes = (("workspace_id", "ticket_id"), ("workspace_id", "comment_id"))
        unique_together = (("workspace_id", "file_key"),)


def largest(actor: Actor) -> int:
    """Return how many bytes a file of the actor may have."""
    return settings.customer_attachment_bytes if actor.is_customer else settings.attachment_bytes


def most(actor: Actor) -> int:
    """Return how many files the actor may add to one message."""
    return settings.customer_attachments_most if actor.is_customer else settings.attachments_most


def checked_size(actor: Actor, size: int) -> int:
    """Return the size in bytes; refuse with Invalid an empty file, and one that is too large."""
    if size < 1:
        raise Invalid("The file is empty.", path=("input", "bytes"))
    if size > largest(actor):
        raise Invalid(f"A file has at most {largest(actor):,} bytes.", path=("input", "bytes"))
    return size


def cleaned_name(name: str) -> str:
    """Return a file's name without folders and without what deceives eyes or programs.

    That is controls, line ends, and marks that turn the direction of writing. At most 255 bytes of
    UTF-8, of which the extension is kept; `file` if nothing is left.
    """
    last = _PATH.split(name)[-1]
    seen = "".join(_plain(character) for character in unicodedata.normalize("NFC", last))
    line = " ".join(_UNFIT.sub("_", seen).split()).strip(". ")
    return _shortened(line) or "file"


def size_in_words(size: int) -> str:
    """Return a number of bytes as people read it: `812 bytes`, `3.4 MB`."""
    if size < 1000:
        return f"{size} bytes"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def _plain(character: str) -> str:
    """Return the character, a space for white space, nothing for what is not seen."""
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp") or character in "\t\r\n":
        return " "
    return "" if category[0] == "C" and character not in _JOINERS else character


def _shortened(name: str) -> str:
    if len(name.encode()) <= NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    end = f"{dot}{extension}".encode()
    if not stem or len(end) > EXTENSION_BYTES:
        stem, end = name, b""
    return (stem.encode()[: NAME_BYTES - len(end)] + end).decode(errors="ignore")
