"""The product's enums as clients see them, each value described."""

from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models import (
    actors,
    audit,
    bulk_changes,
    labels,
    permissions,
    ticket_enums,
    ticket_filters,
    ticket_orders,
)
from models.events import Kind
from models.highlights import SearchField
from models.mails import MailState
from models.notifications import NoticeKind
from models.search import SearchType
from realtime.signals import SignalType

E = TypeVar("E", bound=type[Enum])


def _enum(cls: E, name: str, description: str, values: dict[str, str]) -> E:
    """Name the enum and describe its values: a value left out here fails at start."""
    described = strawberry.enum(cls, name=name, description=description)
    definition: StrawberryEnumDefinition = described.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
    return described


TicketStatus = _enum(
    ticket_enums.Status,
    "TicketStatus",
    "Where a ticket stands.",
    {
        "OPEN": "Nobody has answered yet, or the customer wrote again.",
        "IN_PROGRESS": "A member is at it.",
        "WAITING": "The customer is to answer.",
        "RESOLVED": "Solved; a message of the customer opens it again.",
        "CLOSED": "Over; a message of the customer opens it again for `workspace.reopenDays`.",
    },
)
TicketPriority = _enum(
    ticket_enums.Priority,
    "TicketPriority",
    "How urgent a ticket is; it selects the SLA policy.",
    {
        "URGENT": "Before everything else.",
        "HIGH": "Soon.",
        "MEDIUM": "In its turn; the default.",
        "LOW": "When there is time.",
    },
)
TicketType = _enum(
    ticket_enums.TicketType,
    "TicketType",
    "What kind of request a ticket is.",
    {
        "SUPPORT_TICKET": "Somebody needs help; the default.",
        "CUSTOMER_REQUEST": "Somebody wants something done.",
        "BUG_REPORT": "Something does not work as it should.",
        "FEATURE_REQUEST": "Something is missing.",
    },
)
Channel = _enum(
    ticket_enums.Channel,
    "Channel",
    "The way something came in.",
    {
        "PORTAL": "A page of ours.",
        "EMAIL": "A mail.",
        "PHONE": "A call, written down by a member.",
        "CHAT": "The widget on a website.",
        "API": "A program, by this API.",
    },
)
ArchivedFilter = _enum(
    ticket_filters.Archived,
    "ArchivedFilter",
    "Whether archived tickets are among those found.",
    {
        "EXCLUDED": "None of them is archived; the default.",
        "ONLY": "All of them are archived.",
        "INCLUDED": "Archived or not.",
    },
)
AssigneeChoice = _enum(
    ticket_filters.AssigneeChoice,
    "AssigneeChoice",
    "Whose tickets, by a word instead of an id.",
    {
        "ME": "Yours; with an API key, those of the member whose key it is.",
        "NOBODY": "Not assigned.",
        "ANYBODY": "Assigned to some member.",
    },
)
TicketOrderField = _enum(
    ticket_orders.OrderField,
    "TicketOrderField",
    "What a list of tickets is ordered by.",
    {
        "CREATED_AT": "When they came in.",
        "UPDATED_AT": "When anything last happened to them; one that changes while you page may come twice.",
        "PRIORITY": "How urgent they are, LOW the least; of the same priority, when they came in.",
    },
)
OrderDirection = _enum(
    ticket_orders.Direction,
    "OrderDirection",
    "Which end of an order comes first.",
    {"ASC": "The least, the oldest.", "DESC": "The greatest, the newest."},
)
LabelColor = _enum(
    labels.LabelColor,
    "LabelColor",
    "The palette of label colours.",
    {color.name: f"{color.name.capitalize()}." for color in labels.LabelColor},
)
MemberRole = _enum(
    permissions.Role,
    "MemberRole",
    "What a member may do.",
    {
        "ADMIN": "Everything, settings too.",
        "AGENT": "Work on tickets; no settings, and no archiving unless it is given.",
        "VIEWER": "Look.",
    },
)
ApiKeyScope = _enum(
    permissions.Scope,
    "ApiKeyScope",
    "What an API key may do of what its member may; several add up.",
    {
        "READ": "Look.",
        "WRITE": "Work on tickets, archiving too; no settings.",
        "ADMIN": "Everything, settings too.",
    },
)
PermissionEnum = _enum(
    permissions.Permission,
    "Permission",
    "What somebody may do. A role holds some, an API key those of them that its scopes leave.",
    {
        "READ": "See tickets, contacts, members and labels.",
        "INBOX": "Read one's own inbox off, follow tickets, choose which mails one gets.",
        "CREATE": "Create tickets.",
        "REPLY": "Answer customers, and have tickets assigned.",
        "NOTE": "Leave internal notes.",
        "UPDATE": "Edit tickets: status, priority, assignee, labels and the like.",
        "ESCALATE": "Escalate tickets.",
        "MERGE": "Merge tickets, and take them apart again.",
        "CONTACTS": "Edit contacts.",
        "DELETE": "Archive tickets, and bring them back.",
        "SETTINGS": "Change the workspace's settings, members and keys, and read the audit log.",
        "CUSTOMER_READ": "See one's own ticket; of customers alone.",
        "CUSTOMER_REPLY": "Write on one's own ticket; of customers alone.",
        "CUSTOMER_RATE": "Say how satisfied one is with one's own ticket; of customers alone.",
    },
)
PrincipalKind = _enum(
    actors.ActorKind,
    "PrincipalKind",
    "What somebody is who does something.",
    {
        "MEMBER": "A member who is signed in.",
        "API_KEY": "A program, by an API key.",
        "CUSTOMER": "A customer.",
        "SYSTEM": "The product itself, or its operator at the command line.",
    },
)
AuditActionEnum = _enum(
    audit.AuditAction,
    "AuditAction",
    "What was done, as the audit log has it.",
    {
        "SIGNED_IN": "A member signed in; the subject is the session.",
        "SIGNED_OUT": "A member signed out; the subject is the session.",
        "KEY_CREATED": "An API key was made.",
        "KEY_REVOKED": "An API key was ended.",
        "MEMBER_ADDED": "Somebody became a member.",
        "MEMBER_INVITED": "An invitation was mailed, or mailed again.",
        "INVITATION_REVOKED": "An invitation was taken back.",
        "MEMBER_CHANGED": "A member's name or rights were changed.",
        "MEMBER_REMOVED": "A member was removed; their sessions and API keys ended with that.",
        "MEMBER_RESTORED": "A removed member was let in again.",
        "PASSWORD_CHANGED": "A member changed their password; their other sessions ended with that.",
        "WORKSPACE_CREATED": "The workspace was founded.",
        "WORKSPACE_CHANGED": "The workspace's settings were changed.",
        "SETTING_CREATED": "Something was made in the settings, such as a label.",
        "SETTING_CHANGED": "Something was changed in the settings.",
        "SETTING_DELETED": "Something was deleted in the settings.",
        "CONTACT_ERASED": "What was known of a contact was erased.",
    },
)
TicketEventKind = _enum(
    Kind,
    "TicketEventKind",
    "What happened to a ticket.",
    {
        "CREATED": "It was created.",
        "REPLIED": "A member answered the customer.",
        "NOTED": "A member left an internal note.",
        "CUSTOMER_REPLIED": "The customer wrote.",
        "UPDATED": "Properties were changed.",
        "DELIVERY_FAILED": "A mail to the customer was refused, or held back; `comment` is what it carried.",
        "REDELIVERED": "A member had the mail of a reply sent again.",
        "ASSIGNED": "It was given to a member, or taken from one.",
        "LABELED": "Labels were put on it, or taken off.",
        "RESOLVED": "It was solved.",
        "REOPENED": "It was opened again.",
        "ESCALATED": "It was made urgent, and the admins were told why.",
        "CLOSED": "It was closed, having been quiet since it was resolved.",
        "MERGED": "It was a duplicate and joined another ticket.",
        "ABSORBED": "A duplicate joined it.",
        "UNMERGED": "It was taken out again of the ticket it had joined.",
        "RELEASED": "A ticket that had joined it was taken out again.",
        "ARCHIVED": "It was put away.",
        "RESTORED": "It was brought back.",
        "RATED": "The customer said how satisfied they were.",
        "ERASED": "What its customer had said was erased.",
        "NOTIFIED": "Members were told of something else that happened. In no timeline.",
    },
)
NotificationKind = _enum(
    NoticeKind,
    "NotificationKind",
    "What a member is told of.",
    {
        "CREATED": "A ticket was created for you.",
        "ASSIGNED": "A ticket was assigned to you.",
        "CUSTOMER_REPLIED": "The customer of a ticket of yours wrote.",
        "REPLIED": "Somebody answered on a ticket that you follow.",
        "MENTIONED": "A note mentions you.",
        "ESCALATED": "A ticket was escalated; for admins.",
    },
)
BulkStateEnum = _enum(
    bulk_changes.BulkState,
    "BulkState",
    "How far a change of many tickets has come.",
    {
        "QUEUED": "It waits for its turn.",
        "RUNNING": "Some tickets have their result, others not yet.",
        "DONE": "Every ticket has its result.",
        "UNDONE": "It was put back, or that is under way.",
    },
)
BulkOutcomeEnum = _enum(
    bulk_changes.BulkOutcome,
    "BulkOutcome",
    "What became of a ticket in a change of many.",
    {
        "DONE": "It was changed.",
        "UNCHANGED": "It was so already.",
        "DENIED": "Whoever asked for it may not do this any more.",
        "CONFLICT": "It does not fit how the ticket stands; `message` says why.",
        "NOT_FOUND": "There is none, or none you may see.",
    },
)
MailStateEnum = _enum(
    MailState,
    "MailState",
    "How far a mail has come.",
    {
        "QUEUED": "It is on its way, or tried again later.",
        "SENT": "The customer's mail server, or one on the way to it, has taken it.",
        "FAILED": "It was refused for good, or tried for five days.",
        "HELD": "It was not sent on purpose.",
        "CANCELLED": "Its member read of it first. Replies to customers never are.",
    },
)
SignalTypeEnum = _enum(
    SignalType,
    "SignalType",
    "What a message of a subscription is about.",
    {
        "EVENT": "Something happened.",
        "BOOKMARK": "Nothing happened: this is where the log stands; resume from here.",
        "RESET": "The cursor is too old to resume from: load everything anew, then go on from here.",
    },
)
SearchTypeEnum = _enum(
    SearchType,
    "SearchType",
    "What a search looks for.",
    {"TICKET": "Tickets.", "CONTACT": "Contacts."},
)
SearchFieldEnum = _enum(
    SearchField,
    "SearchField",
    "In which text something was found.",
    {
        "REFERENCE": "The ticket's reference, which the query is.",
        "TITLE": "The ticket's title.",
        "DESCRIPTION": "The ticket's description.",
        "COMMENT": "A public comment on the ticket.",
        "NOTE": "An internal note on the ticket, which no customer ever sees.",
        "CONTACT_NAME": "The name of the contact, or of the ticket's.",
        "CONTACT_EMAIL": "The address of the contact, or of the ticket's.",
        "CONTACT_COMPANY": "The company of the contact, or of the ticket's.",
    },
)
