"""The workspace's labels: making, renaming, recolouring, merging and deleting them."""

from typing import TypedDict

from models.actors import Actor
from models.audit import AuditAction
from models.database import fetch
from models.errors import Conflict, NotFound
from models.labels import NAME_LENGTH, Label, LabelColor
from models.permissions import Permission
from models.texts import checked_line
from resolvers import access
from resolvers.change import change, operation
from resolvers.names import one_of_a_kind

TAKEN = "There is a label of this name already."

# On a big label one statement for all its tickets, not a row at a time: a hundred thousand take seconds.
MOVE = """
INSERT INTO ticket_label (workspace_id, ticket_id, label_id)
SELECT workspace_id, ticket_id, $3 FROM ticket_label WHERE workspace_id = $1 AND label_id = $2
ORDER BY ticket_id
ON CONFLICT (workspace_id, ticket_id, label_id) DO NOTHING
"""
TAKE_OFF = "DELETE FROM ticket_label WHERE workspace_id = $1 AND label_id = $2"


class LabelValues(TypedDict, total=False):
    """What an edit sets. A field that is left out stays as it is."""

    name: str
    color: LabelColor


@operation
async def create(actor: Actor, name: str, color: LabelColor) -> Label:
    """Make a label. Audits SETTING_CREATED. Refuses with Conflict a name that is taken, whatever its case."""
    actor.require(Permission.SETTINGS)
    line = checked_line(name, "name", most=NAME_LENGTH)
    async with change(actor) as made:
        async with one_of_a_kind(name=TAKEN):
            label = await Label.create(
                workspace_id=actor.workspace_id, name=line, color=color, created_at=made.at
            )
        made.audit(AuditAction.SETTING_CREATED, f"LABEL:{label.id}")
    return label


@operation
async def update(actor: Actor, label_id: int, values: LabelValues) -> Label:
    """Give the label another name or colour: every ticket that bears it shows it at once.

    Audits SETTING_CHANGED; nothing when all is as it was. Refuses with Conflict a name that is taken.
    """
    async with change(actor) as made:
        [label] = await _locked(actor, label_id)
        before = (label.name, label.color)
        if "name" in values:
            label.name = checked_line(values["name"], "name", most=NAME_LENGTH)
        label.color = values.get("color", label.color)
        if (label.name, label.color) == before:
            return label
        async with one_of_a_kind(name=TAKEN):
            await label.save()
        made.audit(AuditAction.SETTING_CHANGED, f"LABEL:{label.id}")
    return label


@operation
async def delete(actor: Actor, label_id: int) -> Label:
    """Delete the label and take it off all tickets; return what it was. Audits SETTING_DELETED.

    Records no event: the settings change, and no ticket is touched.
    """
    async with change(actor) as made:
        [label] = await _locked(actor, label_id)
        await _drop(made.actor, label)
        made.audit(AuditAction.SETTING_DELETED, f"LABEL:{label.id}")
    return label


@operation
async def merge(actor: Actor, label_id: int, into_id: int) -> Label:
    """Put the label `into_id` on the tickets of the first one, delete that; return the one that stays.

    Audits SETTING_DELETED of the first, SETTING_CHANGED of the other. Records no event, like `delete`.
    """
    if label_id == into_id:
        raise Conflict("A label cannot be merged into itself.", path=("input", "intoLabelId"))
    async with change(actor) as made:
        label, into = await _locked(actor, label_id, into_id)
        await fetch(MOVE, actor.workspace_id, label.id, into.id)
        await _drop(actor, label)
        made.audit(AuditAction.SETTING_DELETED, f"LABEL:{label.id}")
        made.audit(AuditAction.SETTING_CHANGED, f"LABEL:{into.id}")
    return into


async def _drop(actor: Actor, label: Label) -> None:
    await fetch(TAKE_OFF, actor.workspace_id, label.id)
    await access.labels(actor).filter(id=label.id).delete()


async def _locked(actor: Actor, *label_ids: int) -> list[Label]:
    """Return the labels, locked in the order of their ids: nobody can put them on a ticket meanwhile."""
    rows = await access.labels(actor).filter(id__in=label_ids).order_by("id").select_for_update()
    found = {row.id: row for row in rows}
    if len(found) != len(label_ids):
        raise NotFound("There is no such label.")
    actor.require(Permission.SETTINGS)
    return [found[label_id] for label_id in label_ids]
