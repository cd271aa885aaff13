"""The schema of members and API keys, `/graphql`."""

import strawberry

from schema.attachment_uploads import AttachmentMutations
from schema.attachments import Attachment
from schema.audit import AuditEntry, AuditQueries
from schema.bulk_changes import BulkChange, BulkChangeQueries, BulkResult
from schema.bulk_edits import BulkMutations
from schema.canned_response_changes import CannedResponseMutations
from schema.canned_responses import CannedResponse, CannedResponseQueries
from schema.comments import Comment, CommentMutations, CommentSubscriptions
from schema.contact_changes import ContactMutations
from schema.contact_lists import ContactQueries
from schema.contacts import Contact
from schema.followers import FollowerMutations
from schema.invitation_changes import InvitationMutations
from schema.invitations import Invitation, InvitationQueries
from schema.key_changes import KeyMutations
from schema.keys import ApiKey, KeyQueries
from schema.label_changes import LabelMutations
from schema.label_lists import LabelQueries
from schema.labels import Label
from schema.member_changes import MemberMutations
from schema.member_lists import MemberQueries
from schema.members import Member
from schema.merges import MergeMutations
from schema.mutations import MutationError, StaleObjectError, TicketAlreadyMergedError
from schema.nodes import NodeQueries
from schema.notification_changes import NotificationMutations
from schema.notifications import Notification, NotificationSubscriptions
from schema.own_password import PasswordMutations
from schema.scalars import config
from schema.search import ContactResult, SearchQueries, TicketResult
from schema.ticket_actions import TicketActions
from schema.ticket_changes import TicketMutations, TicketSubscriptions
from schema.ticket_counts import TicketCountQueries
from schema.ticket_labels import TicketLabelMutations
from schema.ticket_lists import TicketQueries
from schema.tickets import Ticket
from schema.timeline import TicketEvent
from schema.view_changes import ViewMutations
from schema.viewer import ViewerQueries
from schema.views import View, ViewQueries
from schema.workspaces import WorkspaceMutations


@strawberry.type(description="What can be asked.")
class Query(
    ViewerQueries,
    TicketQueries,
    TicketCountQueries,
    SearchQueries,
    MemberQueries,
    KeyQueries,
    LabelQueries,
    AuditQueries,
    InvitationQueries,
    CannedResponseQueries,
    ContactQueries,
    ViewQueries,
    BulkChangeQueries,
    NodeQueries,
):
    pass


@strawberry.type(description="What can be done. Each is one transaction: all of it happens, or nothing.")
class Mutation(
    TicketMutations,
    TicketActions,
    CommentMutations,
    FollowerMutations,
    NotificationMutations,
    WorkspaceMutations,
    MemberMutations,
    InvitationMutations,
    PasswordMutations,
    KeyMutations,
    TicketLabelMutations,
    LabelMutations,
    AttachmentMutations,
    CannedResponseMutations,
    ContactMutations,
    ViewMutations,
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
        TicketResult,
        ContactResult,
        TicketEvent,
        Contact,
        Member,
        Label,
        CannedResponse,
        View,
        BulkChange,
        BulkResult,
        ApiKey,
        AuditEntry,
        Invitation,
        Notification,
        MutationError,
        StaleObjectError,
        TicketAlreadyMergedError,
    ],
    config=config(),
)
