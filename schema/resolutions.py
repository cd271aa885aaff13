"""How a ticket was solved. Its row is the ticket's."""

from datetime import datetime

import strawberry

from schema.fields import column, derived


def _resolution_seconds(created_at: datetime, resolved_at: datetime | None) -> int | None:
    return None if resolved_at is None else int((resolved_at - created_at).total_seconds())


@strawberry.type(description="How a ticket was solved.")
class Resolution:
    text = column(
        "What the member wrote who resolved it, at most 20,000 characters; kept when it is opened again.",
        name="resolution",
        of=str | None,
    )
    resolved_at: datetime | None = column("When it was resolved; null since it was opened again.")
    resolution_seconds = derived(
        _resolution_seconds,
        "created_at",
        "resolved_at",
        of=int | None,
        description="Seconds from its creation until it was resolved, nights included; null while it is not.",
    )
