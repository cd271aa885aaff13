"""One's own inbox: reading it off, choosing which mails one gets, and what its entries say."""

from collections import defaultdict
from collections.abc import Sequence

from tortoise.queryset import QuerySet

from models.actors import Actor
from models.contacts import Contact
from models.errors import Invalid, NotFound
from models.members import Member
from models.notifications import MutedMail, NoticeKind, Notification, summary
from models.permissions import Permission
from models.reactions import MAILED
from models.tickets import Ticket, reference_of
from resolvers import access
from resolvers.change import change, operation

MOST_TICKETS = 50  # of a digest that are shown


@operation
async def mark_read(actor: Actor, notification_id: int) -> Notification:
    """Take down that the member has read the entry; its mail, if it has not gone out yet, never will."""
    async with change(actor) as made:
        row = await _entry(actor, notification_id)
        if row.read_at is None:
            row.read_at = made.at
            await row.save(update_fields=["read_at"])
    return row


@operation
async def mark_unread(actor: Actor, notification_id: int) -> Notification:
    """Let the entry count as unread again."""
    async with change(actor):
        row = await _entry(actor, notification_id)
        row.read_at = None
        await row.save(update_fields=["read_at"])
    return row


@operation
async def mark_all_read(
    actor: Actor, *, ticket_id: int | None = None, newest_id: int | None = None
) -> Member:
    """Take down that the member has read all entries, or those about one ticket; none after `newest_id`."""
    async with change(actor) as made:
        if ticket_id is not None and not await access.tickets(actor).filter(id=ticket_id).exists():
            raise NotFound("There is no such ticket.")
        actor.require(Permission.INBOX)
        unread = access.notifications(actor).filter(read_at=None)
        if ticket_id is not None:
            unread = unread.filter(ticket_id=ticket_id)
        if newest_id is not None:
            newest = await _entry(actor, newest_id)
            unread = unread.filter(id__lte=newest.id)
        await unread.update(read_at=made.at)
    return await access.members(actor).get(id=actor.member_id)


@operation
async def choose_mails(actor: Actor, choices: dict[NoticeKind, bool]) -> Member:
    """Turn the mails about these kinds on or off; refuses with Invalid a kind of which no mail is sent."""
    actor.require(Permission.INBOX)
    for kind in choices:
        if kind not in MAILED:
            raise Invalid(f"No mail is sent about {kind}.", path=("input", "emails"))
    async with change(actor):
        member = await access.members(actor).select_for_update().get(id=actor.member_id)
        home = {"workspace_id": actor.workspace_id, "member_id": member.id}
        await MutedMail.filter(**home, kind__in=list(choices)).delete()
        off = [kind for kind, is_on in choices.items() if not is_on]
        await MutedMail.bulk_create([MutedMail(**home, kind=kind) for kind in off])
    return member


async def muted(actor: Actor) -> set[NoticeKind]:
    """Return the kinds about which the member wants no mail."""
    rows = await MutedMail.filter(workspace_id=actor.workspace_id, member_id=actor.member_id)
    return {row.kind for row in rows}


async def unread_count(actor: Actor) -> int:
    """Count the entries of the inbox that are unread."""
    return await access.notifications(actor).filter(read_at=None).count()


async def digest_counts(actor: Actor, ids: list[int]) -> list[int]:
    """Return for each entry how many events it tells of."""
    parts = await _parts(actor, ids)
    return [1 + len(parts[id_]) for id_ in ids]


async def digest_tickets(actor: Actor, ids: list[int]) -> list[list[Ticket]]:
    """Return for each entry the tickets that it is about, in the order in which they were told of."""
    heads = await access.notifications(actor).filter(id__in=ids).values_list("id", "ticket_id")
    parts = await _parts(actor, ids)
    told = {id_: list(dict.fromkeys([first, *parts[id_]]))[:MOST_TICKETS] for id_, first in heads}
    wanted = {ticket_id for ticket_ids in told.values() for ticket_id in ticket_ids}
    found = {row.id: row for row in await access.tickets(actor).filter(id__in=list(wanted))}
    return [[found[each] for each in told.get(id_, ()) if each in found] for id_ in ids]


async def summaries(actor: Actor, ids: list[int]) -> list[str]:
    """Return for each entry in words what it tells of."""
    heads = {row.id: row for row in await access.notifications(actor).filter(id__in=ids)}
    rows, parts = list(heads.values()), await _parts(actor, ids)
    members = await _names(access.members(actor), [row.actor_member_id for row in rows])
    contacts = await _names(access.contacts(actor), [row.actor_contact_id for row in rows])
    tickets = access.tickets(actor).filter(id__in={row.ticket_id for row in rows})
    numbers = {row.id: row.number for row in await tickets.only("id", "number")}

    def said(row: Notification) -> str:
        name = members.get(row.actor_member_id) or contacts.get(row.actor_contact_id)
        return summary(row.kind, 1 + len(parts[row.id]), name, reference_of(numbers[row.ticket_id]))

    return [said(heads[id_]) if id_ in heads else "" for id_ in ids]


async def _entry(actor: Actor, notification_id: int) -> Notification:
    """Return the entry of the actor's own inbox, locked. Refuses with NotFound what is none."""
    row = await access.notifications(actor).select_for_update().get_or_none(id=notification_id)
    if row is None:
        raise NotFound("There is no such notification.")
    actor.require(Permission.INBOX)
    return row


async def _parts(actor: Actor, ids: list[int]) -> dict[int, list[int]]:
    """Return for each entry the tickets of those that joined it."""
    rows = Notification.filter(
        workspace_id=actor.workspace_id, member_id=actor.member_id, head_id__in=ids
    ).order_by("id")
    found: dict[int, list[int]] = defaultdict(list)
    for row in await rows.only("head_id", "ticket_id"):
        found[row.head_id or 0].append(row.ticket_id)
    return found


async def _names(
    rows: QuerySet[Member] | QuerySet[Contact], ids: Sequence[int | None]
) -> dict[int | None, str]:
    """Return the names of these rows, by their ids."""
    return {row.id: row.name for row in await rows.filter(id__in={id_ for id_ in ids if id_ is not None})}
