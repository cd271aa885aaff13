"""Mentioning members in notes."""

from collections import defaultdict

from models.actors import Actor
from models.comments import Comment
from models.errors import Invalid
from models.members import Member
from models.mentions import MOST_MENTIONS, Mention
from models.tickets import Changes
from resolvers import access
from resolvers.followers import add_followers


async def mention(actor: Actor, note: Comment, member_ids: frozenset[int]) -> Changes:
    """Let the new note mention the members, who follow its ticket from then on; return what to record.

    Refuses with NotFound members who are not there, with Invalid more than MOST_MENTIONS.
    """
    if not member_ids:
        return {}
    if len(member_ids) > MOST_MENTIONS:
        raise Invalid(f"A note mentions at most {MOST_MENTIONS} members.", path=("input", "mentionIds"))
    await access.readers(actor, set(member_ids))
    ids = sorted(member_ids)
    home = {"workspace_id": note.workspace_id, "comment_id": note.id}
    await Mention.bulk_create([Mention(**home, member_id=member_id) for member_id in ids])
    await add_followers(actor, note.ticket_id, ids)
    return {"mentioned": list(ids)}


async def mentions_of_comments(actor: Actor, comment_ids: list[int]) -> list[list[Member]]:
    """Return for each comment the members whom it mentions, by name."""
    rows = access.mentions(actor).filter(comment_id__in=comment_ids)
    links = await rows.values_list("comment_id", "member_id")
    known = await access.members(actor).filter(id__in={member_id for _, member_id in links}).order_by("name")
    mentioned: dict[int, set[int]] = defaultdict(set)
    for comment_id, member_id in links:
        mentioned[comment_id].add(member_id)
    return [[row for row in known if row.id in mentioned[comment_id]] for comment_id in comment_ids]
