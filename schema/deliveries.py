"""How the mail of a reply fares, as members see it."""

from datetime import datetime

import strawberry

from models.actors import Actor
from models.letters import Letter
from models.mails import MailOut, MailState
from resolvers import access
from schema.context import Info
from schema.fields import column


@strawberry.type(description="How the mail of a reply fares on its way to the customer.")
class Delivery:
    state: MailState = column("How far it has come.")
    sent_at: datetime | None = column("When it was handed over; null while it is not.")
    failure: str | None = column(
        "Why it failed or was held back, at most 300 characters; null if it was neither."
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, MailOut)


async def deliveries_of_comments(actor: Actor, comment_ids: list[int]) -> list[MailOut | None]:
    """Return for each reply the letter by which it went to its customer."""
    letters = access.letters(actor).filter(comment_id__in=comment_ids, letter=Letter.REPLY)
    first = {row.comment_id: row for row in await letters.order_by("-id")}
    return [first.get(comment_id) for comment_id in comment_ids]
