"""How satisfied a ticket's customer is: scores, and when one may be given and changed."""

from datetime import datetime, timedelta
from typing import Required, TypedDict

from models.errors import Conflict, Invalid
from models.texts import checked_text
from models.tickets import Changes, Ticket

SCORES = range(1, 6)
REMARK_LENGTH = 2_000
CHANGEABLE = timedelta(days=14)


class Rating(TypedDict, total=False):
    """What a customer says of a ticket. A remark that is left out stays as it is; None clears it."""

    score: Required[int]
    remark: str | None


def checked_score(score: int, field: str) -> int:
    """Return the score; refuse with Invalid what is no number from 1 to 5."""
    if score not in SCORES:
        raise Invalid("A score is a number from 1 to 5.", path=("input", field))
    return score


def checked_rating(rating: Rating) -> Rating:
    """Return it with a clean remark, None for an empty one; refuse with Invalid what is out of bounds."""
    checked = rating.copy()
    checked["score"] = checked_score(rating["score"], "score")
    if (remark := rating.get("remark")) is not None:
        checked["remark"] = checked_text(remark, "remark", most=REMARK_LENGTH) or None
    return checked


def changeable_until(rated_at: datetime | None, asked_at: datetime | None) -> datetime | None:
    """Return until when a rating may be changed: 14 days from when it was given first.

    None where nothing was said yet since the customer was asked last. Source: RULES 7, "CSAT".
    """
    if rated_at is None or asked_at is None or rated_at < asked_at:
        return None
    return rated_at + CHANGEABLE


def refusal_of(ticket: Ticket, at: datetime) -> str | None:
    """Return why its customer may not rate the ticket at `at`, or change what they said; None: they may."""
    if ticket.merged_into_id is not None:
        return "This request was joined to another one."
    if ticket.survey_asked_at is None:
        return "This request can be rated once it is resolved."
    until = changeable_until(ticket.customer_rated_at, ticket.survey_asked_at)
    if until is not None and at > until:
        return f"A rating can be changed for {CHANGEABLE.days} days. That time is over."
    return None


def rate(ticket: Ticket, at: datetime, rating: Rating) -> Changes:
    """Take what the customer says. Refuses with Conflict when they may not say it."""
    if (refusal := refusal_of(ticket, at)) is not None:
        raise Conflict(refusal)
    before, changes = ticket.customer_score, Changes()
    if changeable_until(ticket.customer_rated_at, ticket.survey_asked_at) is None:
        ticket.customer_rated_at = at
        changes["customer_score"] = [before, rating["score"]]
    if rating["score"] != before:
        changes["customer_score"] = [before, rating["score"]]
        ticket.customer_score = rating["score"]
    if "remark" in rating and rating["remark"] != ticket.customer_remark:
        ticket.customer_remark, changes["customer_remark"] = rating["remark"], None
    return changes
