"""What a subscription is told: an event of the log, where the log stands, or to begin anew."""

from dataclasses import dataclass
from enum import StrEnum

from models.events import UNSEEN, WITH_A_NOTE, Event


class SignalType(StrEnum):
    EVENT = "EVENT"
    BOOKMARK = "BOOKMARK"
    RESET = "RESET"


@dataclass(frozen=True, slots=True)
class Signal:
    """`seq` is where the log stands after it. Only an EVENT has the event."""

    type: SignalType
    seq: int
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """Which events of a workspace's log a subscription is about.

    `ticket_id` None means every ticket. `member_id`: only that this member was told of something.
    `comments_only`: only events by which a comment appeared.
    `public`: only what the ticket's customer may see.
    """

    workspace_id: int
    ticket_id: int | None = None
    member_id: int | None = None
    comments_only: bool = False
    public: bool = False

    def wants(self, event: Event) -> bool:
        """Tell whether the event belongs to the topic."""
        if self.member_id is not None:
            return self.member_id in (event.changes.get("told") or ())
        return (
            event.kind not in UNSEEN
            and (self.ticket_id is None or event.ticket_id == self.ticket_id)
            and (not self.comments_only or event.new_comment_id is not None)
            and (event.is_public or not self.public)
            and not (self.comments_only and self.public and event.kind in WITH_A_NOTE)
        )
