"""How the mail of a reply fares, as members see it."""

from datetime import datetime

import strawberry

from models.mails import MailOut, MailState
from schema.context import Info


@strawberry.type(description="How the mail of a reply fares on its way to the customer.")
class Delivery:
    state: MailState = strawberry.field(description="How far it has come.")
    sent_at: datetime | None = strawberry.field(description="When it was handed over; null while it is not.")
    failure: str | None = strawberry.field(
        description="Why it failed or was held back, at most 300 characters; null if it was neither."
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, MailOut)
