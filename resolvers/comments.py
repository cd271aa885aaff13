"""What is said on a ticket: replies to the customer, internal notes, and what the customer writes."""

from collections.abc import Sequence

from tortoise.expressions import Q

from models.actors import Actor
from models.comments import Comment, checked_body
from models.errors import Conflict, NotFound
from models.events import Kind
from models.permissions import Permission
from models.ticket_enums import Channel, Status
from models.tickets import Ticket, given_to, status_changes
from resolvers import access
from resolvers.attachments import bind
from resolvers.change import Change, change, operation
from resolvers.duplicates import live_ticket, refuse_merged
from resolvers.mentions import mention
from resolvers.tickets import follow_up


@operation
async def reply(
    actor: Actor,
    ticket_id: int,
    body: str,
    *,
    status: Status | None = None,
    since_comment_id: int | None = None,
    attachment_ids: Sequence[int] = (),
) -> Comment:
    """Answer the customer, and then give the ticket `status` if one is given (send and resolve).

    Records REPLIED {changes}. The first reply sets the first response for ever; a reply to an OPEN
    ticket makes it IN_PROGRESS. Refuses with AlreadyMerged on a ticket that was merged into another, with
    Conflict on an archived one, and when somebody else has commented after `since_comment_id`, the newest
    one that was seen.
    """
    text = checked_body(body)
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.REPLY)
        await refuse_merged(actor, ticket, "This ticket was merged into another one. Answer there.")
        ticket.expect_present()
        if since_comment_id is not None:
            await _expect_newest(actor, ticket, since_comment_id)
        before = ticket.status
        ticket.answer(made.at)
        ticket.move(status or ticket.status, made.at)
        comment = await _write(made, ticket, text, Channel.API if actor.is_key else Channel.PORTAL)
        await bind(made, ticket, comment, attachment_ids)
        changes = status_changes(before, ticket.status)
        made.record(ticket, Kind.REPLIED, public=ticket.is_public, comment=comment, changes=changes)
    return comment


@operation
async def note(
    actor: Actor,
    ticket_id: int,
    body: str,
    mention_ids: frozenset[int] = frozenset(),
    *,
    attachment_ids: Sequence[int] = (),
) -> Comment:
    """Leave a note that only members ever see.

    Records NOTED {mentioned}. Members whom it mentions are told, and follow the ticket from then on.
    Refuses with Conflict on a ticket that is archived, with NotFound members who are not there, with
    Invalid more than MOST_MENTIONS.
    """
    text = checked_body(body)
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.NOTE)
        ticket.expect_present()
        comment = await add_note(made, ticket, text)
        await bind(made, ticket, comment, attachment_ids)
        changes = await mention(actor, comment, mention_ids)
        made.record(ticket, Kind.NOTED, public=False, comment=comment, changes=changes)
    return comment


@operation
async def customer_reply(
    actor: Actor, body: str, channel: Channel, *, attachment_ids: Sequence[int] = ()
) -> Comment:
    """Take what the customer writes on the ticket that the actor is bound to, or on the one which that
    was merged into.

    Records CUSTOMER_REPLIED {changes}: RESOLVED and CLOSED reopen, WAITING goes on, archived comes
    back. On a ticket that closed longer ago than it may be reopened, a new one is created that
    follows it: records CREATED there.
    """
    text = checked_body(body)
    assert actor.ticket_id is not None, "a customer is bound to a ticket"
    async with change(actor) as made:
        ticket = await live_ticket(actor, actor.ticket_id, Permission.CUSTOMER_REPLY)
        workspace = await access.workspace(actor)
        if ticket.is_past_reopening(made.at, workspace.reopenable):
            return await _write_anew(made, ticket, text, channel, attachment_ids)
        changes = ticket.hear(made.at)
        comment = await _write(made, ticket, text, channel)
        await bind(made, ticket, comment, attachment_ids)
        made.record(ticket, Kind.CUSTOMER_REPLIED, public=ticket.is_public, comment=comment, changes=changes)
    return comment


async def _expect_newest(actor: Actor, ticket: Ticket, comment_id: int) -> None:
    """Refuse with Conflict when others have commented on the ticket since, in public or in a note."""
    thread = access.comments(actor).filter(ticket_id=ticket.id)
    if not await thread.filter(id=comment_id).exists():
        raise NotFound("There is no such comment.", path=("input", "sinceCommentId"))
    by_others = Q(member_id=None) | ~Q(member_id=actor.member_id)
    if await thread.filter(by_others, id__gt=comment_id).exists():
        raise Conflict("Somebody has commented meanwhile. Read it first, or send your answer anyway.")


async def add_note(made: Change, ticket: Ticket, text: str) -> Comment:
    """Add a note to the ticket, which it saves. Its event is the caller's."""
    channel = Channel.API if made.actor.is_key else Channel.PORTAL
    return await _write(made, ticket, text, channel, note=True)


async def _write_anew(
    made: Change, closed: Ticket, text: str, channel: Channel, attachment_ids: Sequence[int]
) -> Comment:
    """Begin the ticket that follows a closed one with the customer's text."""
    ticket = await follow_up(made, closed, channel)
    comment = await _write(made, ticket, text, channel)
    await bind(made, ticket, comment, attachment_ids)
    changes = given_to(ticket.assignee_id)
    made.record(ticket, Kind.CREATED, public=True, comment=comment, changes=changes)
    return comment


async def _write(made: Change, ticket: Ticket, text: str, channel: Channel, *, note: bool = False) -> Comment:
    """Add the comment to the ticket, and save the ticket with whatever changed on it."""
    ticket.touch(made.at)
    await ticket.save()
    return await Comment.create(
        workspace_id=ticket.workspace_id,
        ticket_id=ticket.id,
        is_public=not note,
        member_id=made.actor.member_id,
        contact_id=made.actor.contact_id,
        channel=channel,
        body=text,
        created_at=made.at,
    )
