"""The interface of all that has an id, and fetching it by that id."""

from collections.abc import Awaitable
from typing import Annotated

import strawberry

from models.attachments import Attachment
from models.audit import AuditRow
from models.bulk_changes import BulkChange
from models.canned_responses import CannedResponse
from models.comments import Comment
from models.contacts import Contact
from models.errors import Invalid
from models.events import Event
from models.invitations import Invitation
from models.keys import ApiKey
from models.labels import Label
from models.members import Member
from models.notifications import Notification
from models.tenancy import Tenant
from models.tickets import Ticket
from models.views import View
from models.workspaces import Workspace
from schema.context import Info, Parent
from schema.ids import global_id, parsed_id
from schema.loaders import Model

MOST_IDS = 100
NODES: dict[str, Model] = {
    "Ticket": Ticket,
    "Comment": Comment,
    "Attachment": Attachment,
    "TicketEvent": Event,
    "Contact": Contact,
    "Member": Member,
    "Label": Label,
    "Notification": Notification,
    "CannedResponse": CannedResponse,
    "View": View,
    "BulkChange": BulkChange,
    "Workspace": Workspace,
    "ApiKey": ApiKey,
    "AuditEntry": AuditRow,
    "Invitation": Invitation,
}
"""The types that have ids, and their rows."""

NAMES = {model: name for name, model in NODES.items()}

Id = Annotated[strawberry.ID, strawberry.argument(description="The `id` of any object.")]
Ids = Annotated[list[strawberry.ID], strawberry.argument(description="Up to 100 of them, of any kinds.")]


@strawberry.interface(description="Something that has an id.")
class Node:
    @strawberry.field(description="Opaque and global: no two objects have the same.")
    @staticmethod
    def id(root: Parent[Tenant]) -> strawberry.ID:
        return id_of(root)


def id_of(row: Tenant) -> strawberry.ID:
    """Return the global id of a row."""
    return strawberry.ID(global_id(NAMES[type(row)], row.id))


@strawberry.type
class NodeQueries:
    @strawberry.field(
        graphql_type=Node | None,
        description="The object with this id; null if there is none that you may see.",
    )
    def node(self, info: Info, id: Id) -> Awaitable[Tenant | None] | None:
        return _load(info, id)

    @strawberry.field(
        graphql_type=list[Node | None],
        description="The objects with these ids, at most 100, in their order; null where there is none.",
    )
    def nodes(self, info: Info, ids: Ids) -> list[Awaitable[Tenant | None] | None]:
        if len(ids) > MOST_IDS:
            raise Invalid(f"At most {MOST_IDS} ids can be asked for at once.")
        return [_load(info, id) for id in ids]


def _load(info: Info, id: str) -> Awaitable[Tenant | None] | None:
    name, row_id = parsed_id(id)
    model = NODES.get(name)
    return info.context.load.one(model).load(row_id) if model else None
