"""What an event starts, as tables of data: NOTICES (who is told, by what) and REACTIONS (what else)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from models.audit import AuditAction
from models.events import Kind
from models.letters import Letter
from models.notifications import NoticeKind
from models.ticket_enums import Status
from models.tickets import Changes, Plain


class Reaction(StrEnum):
    """The jobs that outbox rows ask for."""

    NOTIFY = "NOTIFY"
    DELIVER = "DELIVER"
    RECEIVE = "RECEIVE"
    DISCARD = "DISCARD"
    INVITE = "INVITE"
    BULK = "BULK"


class Audience(StrEnum):
    """Who is told. All but the customer are members."""

    CUSTOMER = "CUSTOMER"
    ASSIGNEE = "ASSIGNEE"
    NEW_ASSIGNEE = "NEW_ASSIGNEE"
    ADMINS = "ADMINS"
    FOLLOWERS = "FOLLOWERS"
    MENTIONED = "MENTIONED"


class Means(StrEnum):
    EMAIL = "EMAIL"
    INBOX = "INBOX"


class When(StrEnum):
    """What must have changed by the event."""

    ALWAYS = "ALWAYS"
    GIVEN = "GIVEN"
    MOVED = "MOVED"
    RESOLVED = "RESOLVED"
    MENTIONING = "MENTIONING"


@dataclass(frozen=True)
class Notice:
    """Somebody who is told: a customer by a letter, members in their inbox and perhaps by mail too."""

    audience: Audience
    what: Letter | NoticeKind
    by: tuple[Means, ...]
    when: When = When.ALWAYS


_MAIL = (Means.EMAIL,)
_INBOX = (Means.INBOX,)
_BOTH = (Means.EMAIL, Means.INBOX)
_ASSIGNED = Notice(Audience.NEW_ASSIGNEE, NoticeKind.ASSIGNED, _BOTH, When.GIVEN)
_MOVED = Notice(Audience.CUSTOMER, Letter.STATUS, _MAIL, When.MOVED)

NOTICES: dict[Kind, tuple[Notice, ...]] = {
    Kind.CREATED: (
        Notice(Audience.NEW_ASSIGNEE, NoticeKind.CREATED, _BOTH, When.GIVEN),
        Notice(Audience.CUSTOMER, Letter.ACKNOWLEDGEMENT, _MAIL),
    ),
    Kind.REPLIED: (
        Notice(Audience.CUSTOMER, Letter.REPLY, _MAIL),
        Notice(Audience.FOLLOWERS, NoticeKind.REPLIED, _INBOX),
    ),
    Kind.CUSTOMER_REPLIED: (Notice(Audience.ASSIGNEE, NoticeKind.CUSTOMER_REPLIED, _INBOX),),
    Kind.NOTED: (Notice(Audience.MENTIONED, NoticeKind.MENTIONED, _BOTH, When.MENTIONING),),
    Kind.UPDATED: (
        _ASSIGNED,
        _MOVED,
        Notice(Audience.CUSTOMER, Letter.RESOLVED, _MAIL, When.RESOLVED),
    ),
    Kind.DELIVERY_FAILED: (),
    Kind.REDELIVERED: (),
    Kind.ASSIGNED: (_ASSIGNED,),
    Kind.LABELED: (),
    Kind.RESOLVED: (Notice(Audience.CUSTOMER, Letter.RESOLVED, _MAIL),),
    Kind.REOPENED: (_MOVED,),
    Kind.ESCALATED: (Notice(Audience.ADMINS, NoticeKind.ESCALATED, _INBOX),),
    Kind.CLOSED: (),
    Kind.MERGED: (Notice(Audience.CUSTOMER, Letter.MERGED, _MAIL),),
    Kind.ABSORBED: (),
    Kind.UNMERGED: (),
    Kind.RELEASED: (),
    Kind.ARCHIVED: (),
    Kind.RESTORED: (),
    Kind.RATED: (),
    Kind.ERASED: (),
    Kind.NOTIFIED: (),
}
"""Every kind of event is named here; an empty row says that nobody is told. Source: FEATURES H, RULES 6.

A status that changed by a reply, by what a customer wrote or by time is told of by no letter of its own:
those events have no row that says MOVED.
"""

REACTIONS: dict[Kind, tuple[Reaction, ...]] = {
    Kind.REDELIVERED: (Reaction.DELIVER,),
    Kind.ERASED: (Reaction.DISCARD,),
}
"""What an event starts besides its notices."""

MAILED: frozenset[NoticeKind] = frozenset(
    notice.what
    for notices in NOTICES.values()
    for notice in notices
    if isinstance(notice.what, NoticeKind) and Means.EMAIL in notice.by
)
"""What members are told of by mail too, unless they have turned that off."""

AUDIT_REACTIONS: dict[AuditAction, tuple[Reaction, ...]] = {AuditAction.MEMBER_INVITED: (Reaction.INVITE,)}
"""What an audited action starts: things that concern no ticket have no other event."""


def notices_of(kind: Kind, changes: Changes) -> list[Notice]:
    """Return who is told of such an event."""
    return [notice for notice in NOTICES[kind] if CONDITIONS[notice.when](changes)]


def reactions_to(kind: Kind, changes: Changes) -> tuple[Reaction, ...]:
    """Return the outbox rows that such an event asks for."""
    told = (Reaction.NOTIFY,) if notices_of(kind, changes) else ()
    return told + REACTIONS.get(kind, ())


def after(changes: Changes, field: str) -> Plain:
    """Return what the field became, None if it did not change."""
    values = changes.get(field)
    return values[1] if values else None


CONDITIONS: dict[When, Callable[[Changes], bool]] = {
    When.ALWAYS: lambda changes: True,
    When.GIVEN: lambda changes: after(changes, "assignee") is not None,
    When.MOVED: lambda changes: after(changes, "status") not in (None, Status.RESOLVED),
    When.RESOLVED: lambda changes: after(changes, "status") == Status.RESOLVED,
    When.MENTIONING: lambda changes: "mentioned" in changes,
}
