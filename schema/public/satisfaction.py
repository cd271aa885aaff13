"""What the customer says of how their request was handled. Its row is the ticket's."""

from datetime import datetime

import strawberry

from models.satisfaction import changeable_until
from schema.fields import column, derived


@strawberry.type(description="What you say of how your request was handled.")
class Satisfaction:
    score = column(
        "1 (not at all satisfied) to 5; null until you rate it.", name="customer_score", of=int | None
    )
    remark = column("What you wrote with it.", name="customer_remark", of=str | None)
    rated_at = column("When you rated it.", name="customer_rated_at", of=datetime | None)
    changeable_until = derived(
        changeable_until,
        "customer_rated_at",
        "survey_asked_at",
        of=datetime | None,
        description="Until when you may change it; null while you have said nothing since you were asked.",
    )
