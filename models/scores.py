"""Scores: how satisfied somebody was with a ticket, from 1 (not at all) to 5."""

from models.errors import Invalid

SCORES = range(1, 6)


def checked_score(score: int, field: str) -> int:
    """Return the score; refuse with Invalid what is no number from 1 to 5."""
    if score not in SCORES:
        raise Invalid("A score is a number from 1 to 5.", path=("input", field))
    return score
