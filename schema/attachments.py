"""Files on tickets, and the links by which they are read."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import strawberry

import models.attachments
from models.actors import Actor
from models.attachment_links import Use, link_to
from models.comments import Comment as CommentRow
from models.media_types import is_image
from models.tickets import Ticket as TicketRow
from resolvers import attachments, lists
from schema.arguments import Wanted, given
from schema.authors import author
from schema.connections import Connection
from schema.context import Info
from schema.cursors import number_cursor, parsed_number_cursor
from schema.fields import column, derived, passing, relation
from schema.ids import row_ids
from schema.nodes import Node

if TYPE_CHECKING:
    from schema.comments import Comment
    from schema.tickets import Ticket

Row = models.attachments.Attachment
TheComment: TypeAlias = Annotated["Comment", strawberry.lazy("schema.comments")] | None
TheTicket: TypeAlias = Annotated["Ticket", strawberry.lazy("schema.tickets")] | None

LINKS = " Whoever has the link may read it, for 15 minutes; ask anew for another. Null until it is uploaded."


LINKED = ("workspace_id", "id", "media_type")
"""What a link is made of. There is a type as soon as there are bytes."""


def _download_url(workspace_id: int, row_id: int, media_type: str | None, now: datetime) -> str | None:
    return link_to(workspace_id, row_id, Use.DOWNLOAD, now).url if media_type else None


def _preview_url(workspace_id: int, row_id: int, media_type: str | None, now: datetime) -> str | None:
    return link_to(workspace_id, row_id, Use.PREVIEW, now).url if is_image(media_type) else None


@strawberry.type
class StoredFile(Node):
    """What both schemas show of an attachment."""

    name: str = column("As its sender named it, without what misleads; at most 255 bytes.")
    bytes: int = column("Its size in bytes; until it is uploaded, as it was announced.")
    media_type: str | None = column("As found in its first bytes; null until it is uploaded.")
    created_at: datetime = column("When it was announced.")
    uploaded_at: datetime | None = column("When its bytes were all there; null until then.")
    is_image = derived(
        is_image, "media_type", of=bool, description="Whether a browser can show it: PNG, JPEG, GIF or WebP."
    )

    url = passing(
        _download_url,
        *LINKED,
        of=str | None,
        description=f"Where to download it.{LINKS}",
    )
    preview_url = passing(
        _preview_url,
        *LINKED,
        of=str | None,
        description=f"Where to show it in a page; only of images.{LINKS}",
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)


@strawberry.type(
    description="A file that was sent with a message, or with a ticket itself. Whoever sees that, sees it."
)
class Attachment(StoredFile):
    checksum = column(
        "SHA-256 of its bytes, hexadecimal; null until it is uploaded.", name="sha256", of=str | None
    )
    author = author("Who added it; null for the product itself.")
    comment = relation(
        ("comment_id", CommentRow),
        of=TheComment,
        description="The message that it was sent with; null if with the ticket itself, or not yet.",
    )
    ticket = relation(
        ("ticket_id", TicketRow), of=TheTicket, description="Its ticket; null while it is not sent."
    )


async def attachments_of_comments(actor: Actor, comment_ids: list[int]) -> list[list[Row]]:
    """Return for each comment its attachments, in the order in which they were added."""
    return await attachments.of_comments(actor, comment_ids)


async def attachments_page(ticket: TicketRow, info: Info, wanted: Wanted) -> Connection[Any]:
    """Return the files of the ticket, the oldest first; for many tickets by one statement."""
    load = info.context.load
    page = await load.pages(lists.attachments, wanted.window(parsed_number_cursor)).load(ticket.id)
    return Connection.over(
        page,
        cursor=lambda row: number_cursor(row.id),
        count=lambda: load.many(lists.attachment_counts).load(ticket.id),
    )


def attachments_of(ids: list[strawberry.ID] | None) -> tuple[int, ...]:
    """Return the row ids of the attachments that an input names. Refuses with Invalid what is no such id."""
    return tuple(row_ids(given(ids) or [], "Attachment", path=("input", "attachmentIds")))
