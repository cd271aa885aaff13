"""How satisfied a ticket's customer is. Its row is the ticket's."""

from datetime import datetime

import strawberry

from schema.fields import column, derived


def _score(customer_score: int | None, agent_score: int | None) -> int | None:
    return agent_score if customer_score is None else customer_score


@strawberry.type(description="How satisfied a ticket's customer is, as they said and as a member took it.")
class Satisfaction:
    score = derived(
        _score,
        "customer_score",
        "agent_score",
        of=int | None,
        description="1 to 5: the customer's score; the member's while the customer has given none.",
    )
    customer_score: int | None = column("1 to 5, by the customer; null until they rate.")
    customer_remark: str | None = column("What the customer wrote with it, at most 2,000 characters.")
    rated_at = column("When the customer rated it.", name="customer_rated_at", of=datetime | None)
    agent_score: int | None = column("1 to 5, by the member who resolved it; null if they gave none.")
