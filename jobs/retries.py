"""When a job that failed is tried again: tables of data, by the job."""

from jobs.claims import Claim
from models.errors import DeskError
from models.faults import refusal_of
from models.reactions import Reaction

HOUR = 60.0
BRIEF_SECONDS = 5.0  # the database was away: that is no fault of the job's
GIVEN_UP_SECONDS = 5 * 24 * 3600.0

RETRY_MINUTES: dict[Reaction, tuple[float, ...]] = {
    Reaction.NOTIFY: (0.1, 0.5, 1, 5, 15, HOUR),
    Reaction.DELIVER: (1, 5, 15, 30, HOUR),
    Reaction.INVITE: (1, 5, 15, 30, HOUR),
    Reaction.DISCARD: (1, 5, 15, 30, HOUR),
    Reaction.RECEIVE: (0.1, 0.5, 1, 5, 15, HOUR),
    Reaction.BULK: (0.1, 0.5, 1, 5, 15, HOUR),
}
"""Waits after the first, second, … attempt; the last one is repeated. Source: RULES 5."""


class NotYet(Exception):
    """It did not work this time. The text says why, for people."""


class GivenUp(Exception):
    """Trying again would not change the result. The text says why, for people."""


class Postponed(Exception):
    """The job has to wait for a while, which is no failure."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def retry_seconds(claim: Claim, fault: BaseException) -> float | None:
    """Return after how many seconds the job is tried again, None when it has been tried enough."""
    if claim.age_seconds >= GIVEN_UP_SECONDS:
        return None
    if isinstance(fault, DeskError) or refusal_of(fault) is not None:
        return BRIEF_SECONDS
    minutes = RETRY_MINUTES[claim.reaction]
    return 60 * minutes[min(claim.attempts, len(minutes)) - 1]
