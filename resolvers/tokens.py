"""The tokens in letters that let a customer into their ticket, have it answered by mail, or rate it."""

import secrets
from datetime import timedelta

from models import clock
from models.actors import Actor, customer, system
from models.contacts import Contact
from models.errors import Unauthenticated
from models.permissions import SURVEYED
from models.secrets import hashed
from models.tenancy import systemwide
from models.tickets import Ticket
from models.tokens import Purpose, TicketToken, token_of
from resolvers.change import change, operation
from resolvers.duplicates import chain

LIVES = timedelta(days=365)
UNKNOWN = "This link is not valid any more. Please ask for a new one."


@operation
async def tracking_token(actor: Actor, ticket_id: int, contact_id: int) -> str:
    """Return the token whose link leads this contact to this ticket, making it the first time."""
    return await _token(actor, Purpose.TRACKING, ticket_id, contact_id)


@operation
async def reply_token(actor: Actor, ticket_id: int, contact_id: int) -> str:
    """Return the token whose address takes this contact's mail on this ticket, making it the first time."""
    return await _token(actor, Purpose.REPLY, ticket_id, contact_id)


@operation
async def survey_token(actor: Actor, ticket_id: int, contact_id: int) -> str:
    """Return the token whose link, `/rate/{token}`, asks this contact to rate this ticket, making it the
    first time."""
    return await _token(actor, Purpose.SURVEY, ticket_id, contact_id)


@operation
async def authenticate(token: str) -> Actor:
    """Return the customer behind a link's token; by it, their address has proved itself.

    Refuses with Unauthenticated a token that is unknown, ended, or whose ticket is not public.
    """
    return await _proved(await _customer(token, Purpose.TRACKING))


@operation
async def recognize(token: str) -> Actor:
    """Return the customer behind a link's token, where nobody may have looked yet: it proves nothing.

    Mail servers open links before people do. Refuses like `authenticate`.
    """
    return await _customer(token, Purpose.TRACKING)


@operation
async def authenticate_reply(token: str) -> Actor:
    """Return the customer behind a reply address's token. It proves nothing: their mailbox may have
    answered by itself.

    Refuses with Unauthenticated a token that is unknown, ended, or whose ticket is not public.
    """
    return await _customer(token, Purpose.REPLY)


@operation
async def authenticate_survey(token: str) -> Actor:
    """Return the customer behind a survey's link, who may rate and nothing else; by it, their address has
    proved itself.

    Refuses like `authenticate`.
    """
    return await _proved(await _customer(token, Purpose.SURVEY))


@operation
async def recognize_survey(token: str) -> Actor:
    """Return the customer behind a survey's link, where nobody may have looked yet: it proves nothing.

    Refuses like `authenticate`.
    """
    return await _customer(token, Purpose.SURVEY)


async def renewed(actor: Actor) -> Actor:
    """Return what the actor's token stands for by now. Refuses with Unauthenticated an ended one."""
    row = await TicketToken.get_or_none(workspace_id=actor.workspace_id, id=actor.credential_id)
    return await _actor(row)


async def _token(actor: Actor, purpose: Purpose, ticket_id: int, contact_id: int) -> str:
    async with change(actor) as made:
        kept = TicketToken.filter(
            workspace_id=actor.workspace_id,
            ticket_id=ticket_id,
            contact_id=contact_id,
            purpose=purpose,
            revoked_at=None,
            expires_at__gt=made.at,
        )
        if (row := await kept.order_by("id").first()) is not None:
            return token_of(purpose, row.nonce)
        nonce = secrets.token_hex(16)
        token = token_of(purpose, nonce)
        await TicketToken.create(
            workspace_id=actor.workspace_id,
            purpose=purpose,
            ticket_id=ticket_id,
            contact_id=contact_id,
            nonce=nonce,
            secret_hash=hashed(token),
            created_at=made.at,
            expires_at=made.at + LIVES,
        )
    return token


async def _customer(token: str, purpose: Purpose) -> Actor:
    with systemwide("look up a ticket's token by its secret"):
        row = await TicketToken.get_or_none(secret_hash=hashed(token), purpose=purpose)
    return await _actor(row)


async def _proved(actor: Actor) -> Actor:
    """Note that the customer's address has proved itself, and return them."""
    unproved = Contact.filter(workspace_id=actor.workspace_id, id=actor.contact_id, proved_at=None)
    await unproved.update(proved_at=clock.now())
    return actor


async def _actor(row: TicketToken | None) -> Actor:
    if row is None or row.revoked_at or row.expires_at <= clock.now():
        raise Unauthenticated(UNKNOWN)
    theirs = Ticket.filter(workspace_id=row.workspace_id, contact_id=row.contact_id, is_public=True)
    if not await theirs.filter(id=row.ticket_id).exists():
        raise Unauthenticated(UNKNOWN)
    if row.purpose is Purpose.SURVEY:
        return customer(row.workspace_id, row.contact_id, row.ticket_id, row.id, SURVEYED)
    live_id = (await chain(system(row.workspace_id), row.ticket_id))[-1]
    # A duplicate leads to the ticket that stays only where that is the same customer's.
    ticket_id = live_id if await theirs.filter(id=live_id).exists() else row.ticket_id
    return customer(row.workspace_id, row.contact_id, ticket_id, row.id)
