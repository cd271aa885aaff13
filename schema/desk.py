"""The schema of members and API keys, `/graphql`."""

import strawberry

from schema.attachment_uploads import AttachmentMutations
from schema.attachments import Attachment
from schema.bulk_changes import BulkChange, BulkChangeQueries, BulkResult
from schema.bulk_edits import BulkMutations
from schema.comments import Comment, CommentMutations, CommentSubscriptions
from schema.contacts import Contact
from schema.followers import FollowerMutations
from schema.key_changes import KeyMutations
from schema.keys import ApiKey, KeyQueries
from schema.label_changes import LabelMutations
from schema.label_lists import LabelQueries
from schema.labels import Label
from schema.members import Member
from schema.merges import MergeMutations
from schema.mutations import MutationError, StaleObjectError, TicketAlreadyMergedError
from schema.nodes import NodeQueries
from schema.notification_changes import NotificationMutations
from schema.notifications import Notification, NotificationSubscriptions
from schema.scalars import config
from schema.ticket_actions import TicketActions
from schema.ticket_changes import TicketMutations, TicketSubscriptions
from schema.ticket_labels import TicketLabelMutations
from schema.ticket_lists import TicketQueries
from schema.tickets import Ticket
from schema.timeline import TicketEvent
from schema.viewer import ViewerQueries
from schema.workspaces import WorkspaceMutations


@strawberry.type(description="What can be asked.")
class Query(ViewerQueries, TicketQueries, KeyQueries, LabelQueries, NodeQueries, BulkChangeQueries):
    pass


@strawberry.type(description="What can be done. Each is one transaction: all of it happens, or nothing.")
class Mutation(
    TicketMutations,
    TicketActions,
    CommentMutations,
    FollowerMutations,
    NotificationMutations,
    WorkspaceMutations,
    KeyMutations,
    TicketLabelMutations,
    LabelMutations,
    AttachmentMutations,
    MergeMutations,
    BulkMutations,
):
    pass


@strawberry.type(description="What can be listened to, over a socket.")
class Subscription(TicketSubscriptions, CommentSubscriptions, NotificationSubscriptions):
    pass


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[
        Ticket,
        Comment,
        Attachment,
        TicketEvent,
        Contact,
        Member,
        Label,
        BulkChange,
        BulkResult,
        ApiKey,
        Notification,
        MutationError,
        StaleObjectError,
        TicketAlreadyMergedError,
    ],
    config=config(),
)
