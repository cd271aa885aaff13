"""What an event starts, as tables of data: NOTICES (who is told, by what) and REACTIONS (what else)."""

from dataclasses import dataclass
from enum import StrEnum

from models.audit import AuditAction
from models.events import Kind
from models.letters import Letter


class Reaction(StrEnum):
    """The jobs that outbox rows ask for."""

    NOTIFY = "NOTIFY"
    DELIVER = "DELIVER"
    RECEIVE = "RECEIVE"
    DISCARD = "DISCARD"
    INVITE = "INVITE"


class Audience(StrEnum):
    CUSTOMER = "CUSTOMER"


@dataclass(frozen=True)
class Notice:
    """Somebody who is told, by a letter."""

    audience: Audience
    letter: Letter


NOTICES: dict[Kind, tuple[Notice, ...]] = {
    Kind.CREATED: (Notice(Audience.CUSTOMER, Letter.ACKNOWLEDGEMENT),),
    Kind.REPLIED: (Notice(Audience.CUSTOMER, Letter.REPLY),),
    Kind.CUSTOMER_REPLIED: (),
    Kind.NOTED: (),
    Kind.UPDATED: (),
    Kind.DELIVERY_FAILED: (),
    Kind.REDELIVERED: (),
    Kind.ASSIGNED: (),
    Kind.LABELED: (),
    Kind.RESOLVED: (),
    Kind.REOPENED: (),
    Kind.ESCALATED: (),
    Kind.CLOSED: (),
    Kind.MERGED: (),
    Kind.ABSORBED: (),
    Kind.UNMERGED: (),
    Kind.RELEASED: (),
    Kind.ARCHIVED: (),
    Kind.RESTORED: (),
    Kind.RATED: (),
    Kind.ERASED: (),
    Kind.NOTIFIED: (),
}
"""Every kind of event is named here; an empty row says that nobody is told."""

REACTIONS: dict[Kind, tuple[Reaction, ...]] = {
    Kind.REDELIVERED: (Reaction.DELIVER,),
    Kind.ERASED: (Reaction.DISCARD,),
}
"""What an event starts besides its notices."""


AUDIT_REACTIONS: dict[AuditAction, tuple[Reaction, ...]] = {AuditAction.MEMBER_INVITED: (Reaction.INVITE,)}
"""What an audited action starts: things that concern no ticket have no other event."""


def reactions_to(kind: Kind) -> tuple[Reaction, ...]:
    """Return the outbox rows that an event of this kind asks for."""
    told = (Reaction.NOTIFY,) if NOTICES[kind] else ()
    return told + REACTIONS.get(kind, ())
