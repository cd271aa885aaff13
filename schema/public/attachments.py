"""Files on the customer's ticket, and announcing one."""

from typing import Annotated

import strawberry

from schema.attachment_uploads import AttachmentUploadInput, UploadPayload, announced, upload_payload
from schema.attachments import StoredFile
from schema.context import Info
from schema.mutations import INPUT


@strawberry.type(description="A file that was sent on your ticket, by you or to you.")
class Attachment(StoredFile):
    pass


@strawberry.type(description="What `attachmentUpload` answers.")
class AttachmentUploadPayload(UploadPayload):
    attachment: Attachment | None = strawberry.field(
        description="The announced file; yours alone until you send it with an answer. Null when refused."
    )


@strawberry.type
class AttachmentMutations:
    @strawberry.mutation(
        description="Announce a file: put its bytes where the answer says, then send it by its id with an"
        " answer."
    )
    async def attachment_upload(
        self, info: Info, input: Annotated[AttachmentUploadInput, INPUT]
    ) -> AttachmentUploadPayload | None:
        return AttachmentUploadPayload(**upload_payload(await announced(info, input)))
