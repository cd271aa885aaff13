"""Announcing a file, and being told where to put its bytes."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

import resolvers.attachments
from models.attachment_links import Link, Use, link_to
from models.attachments import Attachment as Row
from schema.attachments import Attachment
from schema.context import Info
from schema.mutations import INPUT, OnceInput, Outcome, Payload, carry_out


@strawberry.input(description="A file to be uploaded.")
class AttachmentUploadInput(OnceInput):
    name: str = strawberry.field(
        description="Its name, such as `photo.png`. Folders, controls and marks of direction are taken out."
    )
    bytes: int = strawberry.field(
        description="Its exact size in bytes, 1 to 26,214,400, for customers 10,485,760,"
        " unless the installation says otherwise."
    )


@strawberry.type
class UploadPayload(Payload):
    """What both schemas answer besides the attachment."""

    upload_url: str | None = strawberry.field(
        description="Send the bytes there with PUT, as they are, within 15 minutes. Works once. Null when"
        " refused."
    )
    expires_at: datetime | None = strawberry.field(
        description="When the link ends. A file that is not sent within 24 hours is removed."
    )


@strawberry.type(description="What `attachmentUpload` answers.")
class AttachmentUploadPayload(UploadPayload):
    attachment: Attachment | None = strawberry.field(
        description="The announced file; yours alone until you send it with a message. Null when refused."
    )


@strawberry.type
class AttachmentMutations:
    @strawberry.mutation(
        description="Announce a file: put its bytes where the answer says, then send it by its id with a"
        " message or a new ticket. Refused with CONFLICT while 100 of yours wait to be sent."
    )
    async def attachment_upload(
        self, info: Info, input: Annotated[AttachmentUploadInput, INPUT]
    ) -> AttachmentUploadPayload | None:
        return AttachmentUploadPayload(**upload_payload(await announced(info, input)))


async def announced(info: Info, input: AttachmentUploadInput) -> Outcome[Row]:
    """Announce the file."""
    actor = info.context.actor
    return await carry_out(info, input, lambda: resolvers.attachments.stage(actor, input.name, input.bytes))


def upload_payload(outcome: Outcome[Row]) -> dict[str, Any]:
    """Return the fields of the payload. The same announcement has the same link, however often asked."""
    row = outcome.row
    link: Link | None = None
    if row is not None:
        link = link_to(row.workspace_id, row.id, Use.UPLOAD, row.created_at)
    place = {"upload_url": link and link.url, "expires_at": link and link.expires_at}
    return {"attachment": row, **place, **outcome.payload}
