"""How letters fare: failing, being held back or cancelled, being sent again."""

from models.actors import Actor
from models.comments import Comment
from models.errors import Conflict
from models.events import Kind
from models.letters import TO_MEMBERS, Letter
from models.mails import MailOut, MailState
from models.permissions import Permission
from resolvers import access
from resolvers.change import change, operation


@operation
async def fail(actor: Actor, mail_id: int, reason: str) -> None:
    """Take down that a queued letter failed for good, and why. Records DELIVERY_FAILED if a customer's."""
    await _end(actor, mail_id, MailState.FAILED, reason)


@operation
async def hold(actor: Actor, mail_id: int, reason: str) -> None:
    """Take down that a queued letter is not sent on purpose, and why. Records DELIVERY_FAILED."""
    await _end(actor, mail_id, MailState.HELD, reason)


@operation
async def cancel(actor: Actor, mail_id: int) -> None:
    """Take down that a queued letter to a member is not needed any more. No event: nothing happened."""
    async with change(actor):
        queued = access.letters(actor).filter(id=mail_id, state=MailState.QUEUED)
        await queued.update(state=MailState.CANCELLED)


@operation
async def redeliver(actor: Actor, comment_id: int) -> Comment:
    """Send the letter of a reply again, to the address that its customer has by now.

    Records REDELIVERED, which asks for the delivery. Refuses with Conflict unless the letter failed.
    """
    async with change(actor) as made:
        comment = await access.comment(actor, comment_id)
        ticket = await access.ticket(actor, comment.ticket_id, Permission.REPLY)
        mail = await _letter(actor, comment_id)
        if mail is None or mail.state is not MailState.FAILED:
            raise Conflict("Only a reply whose mail has failed can be sent again.")
        contact = await access.contact(actor, mail.contact_id or 0)
        mail.recipient = contact.email or mail.recipient
        mail.state, mail.failure = MailState.QUEUED, None
        await mail.save()
        made.record(ticket, Kind.REDELIVERED, public=False, comment=comment, mail=mail)
    return comment


async def _end(actor: Actor, mail_id: int, state: MailState, reason: str) -> None:
    async with change(actor) as made:
        mail = await access.letters(actor).get(id=mail_id)
        comment = None if mail.comment_id is None else await access.comment(actor, mail.comment_id)
        ticket_id = comment.ticket_id if comment else mail.ticket_id  # a merge moves comments
        ticket = await access.ticket(actor, ticket_id, Permission.READ)
        queued = access.letters(actor).filter(id=mail_id, state=MailState.QUEUED)
        if not await queued.update(state=state, failure=reason):
            return
        if mail.letter in TO_MEMBERS:
            return
        made.record(ticket, Kind.DELIVERY_FAILED, public=False, comment=comment)


async def _letter(actor: Actor, comment_id: int) -> MailOut | None:
    """Return the letter by which the comment went to its customer, locked until the end of the change."""
    letters = access.letters(actor).filter(comment_id=comment_id, letter=Letter.REPLY)
    return await letters.order_by("id").select_for_update().first()
