"""Placing a mail that came in: on the ticket it answers, as a new one, aside, or in quarantine."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from models.actors import Actor, correspondent
from models.contacts import NAME_LENGTH
from models.errors import Unauthenticated
from models.inbound import InboundMail, MailKind, Sender
from models.mails import MailOutcome
from models.people import Person
from models.texts import is_visible
from models.ticket_enums import Channel
from models.tickets import TITLE_LENGTH, Ticket
from resolvers import access, comments, tickets, tokens
from resolvers.change import change, operation
from resolvers.contacts import ContactRef, find_or_create
from resolvers.duplicates import chain
from resolvers.tickets import NewTicket

OURS = "We sent it ourselves."
AUTOMATIC = "No person wrote it."
NO_SENDER = "It does not say who sent it, or names several."
MEMBER = "It says that a member sent it, but members do not write by mail from this address."
EMPTY = "It has neither a subject nor a text."
NOT_THEIRS = "It answers {reference}, but not from its customer's address."
NO_SUBJECT = "(no subject)"
NO_TEXT = "(no text)"
REASON_LENGTH = 200

Finish = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Leads:
    """Where a mail may belong, by what only we can have given to whoever sent it.

    `tokens` are those of the reply addresses it came to; `ticket_ids` those that Message-IDs signed by us
    for this workspace name, the nearest first; `is_ours`: we sent the mail itself.
    """

    tokens: tuple[str, ...] = ()
    ticket_ids: tuple[int, ...] = ()
    is_ours: bool = False


@dataclass(frozen=True)
class Placing:
    """Where a mail ended."""

    outcome: MailOutcome
    reason: str | None = None
    ticket_id: int | None = None
    comment_id: int | None = None


@operation
async def place(actor: Actor, mail_in_id: int, mail: InboundMail, leads: Leads, finish: Finish) -> None:
    """Put the mail where it belongs. `finish` ends its job in the same transaction.

    Records what the operations record that it comes to: CREATED, CUSTOMER_REPLIED, or nothing.
    Source: RULES 4.
    """
    async with change(actor):
        row = await access.inbound_mails(actor).only("id", "outcome").select_for_update().get(id=mail_in_id)
        if row.outcome is MailOutcome.RECEIVED:
            await _take_down(actor, mail_in_id, await _placed(actor, mail, leads), mail.kind)
        await finish()


@operation
async def quarantine(actor: Actor, mail_in_id: int, reason: str) -> None:
    """Set a mail aside that nobody has placed, for an admin to look at."""
    async with change(actor):
        await _take_down(actor, mail_in_id, Placing(MailOutcome.QUARANTINED, reason[:REASON_LENGTH]), None)


async def _take_down(actor: Actor, mail_in_id: int, placing: Placing, kind: MailKind | None) -> None:
    waiting = access.inbound_mails(actor).filter(id=mail_in_id, outcome=MailOutcome.RECEIVED)
    await waiting.update(kind=kind, **vars(placing))


async def _placed(actor: Actor, mail: InboundMail, leads: Leads) -> Placing:
    """Place the mail by the first rule that fits. Automatic mail never speaks on a ticket."""
    if leads.is_ours:
        return Placing(MailOutcome.SYSTEM, OURS)
    if mail.kind is not MailKind.PERSONAL:
        about = await _ticket_about(actor, leads)
        if about is not None or mail.kind is not MailKind.BULK:
            return Placing(MailOutcome.SYSTEM, AUTOMATIC, ticket_id=about)
    if mail.sender is None:
        return Placing(MailOutcome.QUARANTINED, NO_SENDER)
    customer = await _customer(actor, mail.sender, leads)
    if await _would_speak_for_a_member(actor, mail.sender, customer):
        return Placing(MailOutcome.QUARANTINED, MEMBER)
    if customer is not None:
        return await _threaded(customer, mail)
    if not mail.text.strip() and not mail.subject:
        return Placing(MailOutcome.QUARANTINED, EMPTY)
    return await _begun(actor, mail, mail.sender, leads)


async def _threaded(customer: Actor, mail: InboundMail) -> Placing:
    comment = await comments.customer_reply(customer, mail.text.strip() or NO_TEXT, Channel.EMAIL)
    return Placing(MailOutcome.THREADED, ticket_id=comment.ticket_id, comment_id=comment.id)


async def _begun(actor: Actor, mail: InboundMail, sender: Sender, leads: Leads) -> Placing:
    """Begin a ticket of the sender's, and say so where the mail answers one that is not theirs."""
    name = sender.name[:NAME_LENGTH] if any(map(is_visible, sender.name[:NAME_LENGTH])) else None
    contact = await find_or_create(actor, ContactRef(email=sender.address, name=name))
    title = mail.subject[:TITLE_LENGTH] if any(map(is_visible, mail.subject[:TITLE_LENGTH])) else NO_SUBJECT
    new = NewTicket(title, mail.text, channel=Channel.EMAIL, contact=ContactRef(id=contact.id))
    ticket = await tickets.create(correspondent(actor.workspace_id, contact.id), new)
    answered = await _first_ticket(actor, leads.ticket_ids)
    reason = NOT_THEIRS.format(reference=answered.reference) if answered else None
    return Placing(MailOutcome.NEW, reason, ticket_id=ticket.id)


async def _customer(actor: Actor, sender: Sender, leads: Leads) -> Actor | None:
    """Return the customer who speaks: by a reply address, or by answering a letter from their own one."""
    by_token = await _customer_by_token(actor, leads.tokens)
    if by_token is not None:
        return by_token
    contact = await access.contacts(actor).get_or_none(email=sender.address)
    if contact is None:
        return None
    for ticket_id in leads.ticket_ids:
        theirs = access.tickets(actor).filter(id=ticket_id, is_public=True, contact_id=contact.id)
        if await theirs.exists():
            return correspondent(actor.workspace_id, contact.id, ticket_id)
    return None


async def _customer_by_token(actor: Actor, given: tuple[str, ...]) -> Actor | None:
    for token in given:
        with suppress(Unauthenticated):
            customer = await tokens.authenticate_reply(token)
            if customer.workspace_id == actor.workspace_id:
                return customer
    return None


async def _ticket_about(actor: Actor, leads: Leads) -> int | None:
    """Return the ticket that an automatic mail is about, whoever sent it."""
    customer = await _customer_by_token(actor, leads.tokens)
    if customer is not None and customer.ticket_id is not None:
        return (await chain(actor, customer.ticket_id))[-1]
    answered = await _first_ticket(actor, leads.ticket_ids)
    return answered and (await chain(actor, answered.id))[-1]


async def _first_ticket(actor: Actor, ticket_ids: tuple[int, ...]) -> Ticket | None:
    known = {row.id: row for row in await access.tickets(actor).filter(id__in=ticket_ids)}
    return next((known[ticket_id] for ticket_id in ticket_ids if ticket_id in known), None)


async def _would_speak_for_a_member(actor: Actor, sender: Sender, customer: Actor | None) -> bool:
    """Tell whether a member's address stands on a mail that is not from the customer with that address."""
    person = await Person.get_or_none(email=sender.address)
    if person is None:
        return False
    is_member = await access.members(actor).filter(person_id=person.id, removed_at=None).exists()
    if not is_member or customer is None:
        return is_member
    return not await access.contacts(actor).filter(id=customer.contact_id, email=sender.address).exists()
