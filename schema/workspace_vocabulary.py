"""The enums of a workspace, its people and its letters, as clients see them."""

from models import actors, audit, labels, permissions
from models.mails import MailState
from models.notifications import NoticeKind
from schema.enums import described

LabelColor = described(
    labels.LabelColor,
    "LabelColor",
    "The palette of label colours.",
    {color.name: f"{color.name.capitalize()}." for color in labels.LabelColor},
)
MemberRole = described(
    permissions.Role,
    "MemberRole",
    "What a member may do.",
    {
        "ADMIN": "Everything, settings too.",
        "AGENT": "Work on tickets; no settings, and no archiving unless it is given.",
        "VIEWER": "Look.",
    },
)
ApiKeyScope = described(
    permissions.Scope,
    "ApiKeyScope",
    "What an API key may do of what its member may; several add up.",
    {
        "READ": "Look.",
        "WRITE": "Work on tickets, archiving too; no settings.",
        "ADMIN": "Everything, settings too.",
    },
)
PermissionEnum = described(
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
PrincipalKind = described(
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
AuditActionEnum = described(
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
NotificationKind = described(
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
MailStateEnum = described(
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
