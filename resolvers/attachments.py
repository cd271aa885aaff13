"""Files on tickets: announced, uploaded, and then sent with a message; read, and discarded."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from tortoise.expressions import Q, Subquery

from models import files
from models.actors import Actor, system
from models.attachments import STAGED_KEPT, STAGED_MOST, Attachment, checked_size, cleaned_name, most
from models.comments import Comment
from models.database import fetch
from models.errors import Conflict, Invalid, NotFound, TooLarge
from models.media_types import sniffed
from models.permissions import Permission
from models.tickets import Ticket
from resolvers import access
from resolvers.change import Change, change, operation

NONE = "There is no such attachment."
UPLOADED = "This file was uploaded already."
IDS = ("input", "attachmentIds")

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('files of ' || $1::text, 0))"
KEEP = """
UPDATE attachment SET uploaded_at = $3, media_type = $4, sha256 = $5, file_key = $6
WHERE workspace_id = $1 AND id = $2 AND uploaded_at IS NULL AND discarded_at IS NULL RETURNING id
"""
BIND = """
UPDATE attachment SET ticket_id = $3, comment_id = $4
WHERE workspace_id = $1 AND id = ANY($2::bigint[]) AND ticket_id IS NULL AND uploaded_at IS NOT NULL
  AND discarded_at IS NULL AND (member_id = $5::bigint OR contact_id = $6::bigint)
RETURNING id
"""

DISCARD = """
UPDATE attachment SET discarded_at = $3, name = '', sha256 = NULL,
    ticket_id = NULL, comment_id = NULL, member_id = NULL, contact_id = NULL
WHERE workspace_id = $1 AND discarded_at IS NULL AND id = ANY($2::bigint[])
"""


@dataclass(frozen=True)
class Content:
    """What was found in the bytes of a file that lies in the store."""

    media_type: str
    sha256: str
    file_key: str


@operation
async def stage(actor: Actor, name: str, size: int) -> Attachment:
    """Announce a file of `size` bytes. It belongs to the actor alone until it is sent.

    Records nothing. Refuses with Invalid a size that is not allowed, with Conflict when too many of
    the actor's files wait to be sent.
    """
    actor.require(Permission.CUSTOMER_REPLY if actor.is_customer else Permission.REPLY)
    checked_size(actor, size)
    async with change(actor) as made:
        own = access.attachments(actor).filter(ticket_id=None, created_at__gt=made.at - STAGED_KEPT)
        await fetch(ONE_AT_A_TIME, f"{actor.workspace_id}:{actor.member_id}:{actor.contact_id}")
        if await own.count() >= STAGED_MOST:
            raise Conflict(f"{STAGED_MOST} files wait to be sent. Send some of them first.")
        return await Attachment.create(
            workspace_id=actor.workspace_id,
            member_id=actor.member_id,
            contact_id=actor.contact_id,
            name=cleaned_name(name),
            bytes=size,
            created_at=made.at,
        )


async def receive(
    workspace_id: int, attachment_id: int, pieces: AsyncIterator[bytes], *, length: int | None
) -> Attachment:
    """Take the bytes of an announced file, whole or not at all. `length` is how many are said to come.

    Refuses with Conflict a second time, with TooLarge more bytes than were announced, as soon as that
    is known, and with Invalid fewer.
    """
    row = await awaited(workspace_id, attachment_id)
    _check_size(row, length or 0)
    async with files.draft() as draft:
        async for piece in pieces:
            _check_size(row, draft.size + len(piece))
            await draft.write(piece)
        if draft.size != row.bytes:
            raise Invalid(f"The file has {draft.size} bytes; {row.bytes} were announced.")
        content = Content(sniffed(draft.head), await draft.end(), files.fresh_key())
        await files.store().put(f"{workspace_id}/{content.file_key}", draft.path)
    return await keep(system(workspace_id), attachment_id, content)


async def awaited(workspace_id: int, attachment_id: int) -> Attachment:
    """Return the announced file that waits for its bytes. Refuses with Conflict when it has them."""
    row = await Attachment.get_or_none(workspace_id=workspace_id, id=attachment_id, discarded_at=None)
    if row is None:
        raise NotFound(NONE)
    if row.uploaded_at is not None:
        raise Conflict(UPLOADED)
    return row


@operation
async def keep(actor: Actor, attachment_id: int, content: Content) -> Attachment:
    """Note what was found in the file, once. Of two uploads the second is refused with Conflict."""
    async with change(actor) as made:
        found = (content.media_type, content.sha256, content.file_key)
        if not await fetch(KEEP, actor.workspace_id, attachment_id, made.at, *found):
            raise Conflict(UPLOADED)
        return await Attachment.get(workspace_id=actor.workspace_id, id=attachment_id)


async def bind(made: Change, ticket: Ticket, comment: Comment | None, ids: Sequence[int]) -> None:
    """Send the actor's own uploaded files with the comment, or with the ticket itself.

    Refuses with NotFound what the actor may not see, with Conflict what is not uploaded or was sent.
    """
    wanted, actor = sorted(set(ids)), made.actor
    if not wanted:
        return
    if len(wanted) > most(actor):
        raise Invalid(f"A message has at most {most(actor)} attachments.", path=IDS)
    place = (ticket.id, comment and comment.id, actor.member_id, actor.contact_id)
    bound = await fetch(BIND, ticket.workspace_id, wanted, *place)
    left = set(wanted) - {row["id"] for row in bound}
    if left:
        await _refuse(actor, sorted(left))


async def readable(workspace_id: int, attachment_id: int) -> tuple[Attachment, AsyncIterator[bytes]]:
    """Return the attachment with its bytes, for whoever holds a link to it. Refuses with NotFound."""
    row = await Attachment.get_or_none(workspace_id=workspace_id, id=attachment_id, discarded_at=None)
    if row is None or row.file_key is None:
        raise NotFound(NONE)
    return row, await content_of(row)


async def content_of(row: Attachment) -> AsyncIterator[bytes]:
    """Return the bytes of an uploaded file. Refuses with NotFound when its file is gone."""
    with files.told(files.AWAY):
        pieces = await files.store().open(f"{row.workspace_id}/{row.file_key}")
    if pieces is None:
        raise NotFound(NONE)
    return pieces


async def of_comments(actor: Actor, comment_ids: Sequence[int]) -> list[list[Attachment]]:
    """Return for each comment its attachments, in the order in which they were added."""
    rows = await access.attachments(actor).filter(comment_id__in=comment_ids).order_by("id")
    return [[row for row in rows if row.comment_id == comment_id] for comment_id in comment_ids]


@operation
async def discard(actor: Actor, ids: Sequence[int]) -> None:
    """Have these files removed. Their rows say nothing from now on, and nothing leads to them.

    An event ERASED has the files removed at once; without one the clock does within the hour.
    """
    async with change(actor) as made:
        await fetch(DISCARD, actor.workspace_id, list(ids), made.at)


@operation
async def discard_of_contact(actor: Actor, contact_id: int) -> None:
    """Discard every file that the customer added, and those that came with a ticket of theirs itself."""
    async with change(actor):
        home = {"workspace_id": actor.workspace_id}
        theirs = Subquery(Ticket.filter(**home, contact_id=contact_id).values("id"))
        of_tickets = Q(comment_id=None, ticket_id__in=theirs)
        rows = Attachment.filter(Q(contact_id=contact_id) | of_tickets, **home)
        await discard(actor, [row.id for row in await rows.only("id")])


def _check_size(row: Attachment, size: int) -> None:
    if size > row.bytes:
        raise TooLarge(f"The file is larger than the {row.bytes} bytes that were announced.")


async def _refuse(actor: Actor, left: Sequence[int]) -> None:
    """Say why these attachments could not be sent."""
    seen = await access.attachments(actor).filter(id__in=left)
    if len(seen) != len(left):
        raise NotFound(NONE, path=IDS)
    if any(row.uploaded_at is None for row in seen):
        raise Conflict("A file is not uploaded yet.", path=IDS)
    raise Conflict("A file was sent already.", path=IDS)
