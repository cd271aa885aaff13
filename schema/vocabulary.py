"""The enums of tickets, and of what happens to them, as clients see them. See `workspace_vocabulary.py`."""

from models import bulk_changes, ticket_enums, ticket_filters, ticket_orders
from models.events import Kind
from models.highlights import SearchField
from models.search import SearchType
from realtime.signals import SignalType
from schema.enums import described

TicketStatus = described(
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
TicketPriority = described(
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
TicketType = described(
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
Channel = described(
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
ArchivedFilter = described(
    ticket_filters.Archived,
    "ArchivedFilter",
    "Whether archived tickets are among those found.",
    {
        "EXCLUDED": "None of them is archived; the default.",
        "ONLY": "All of them are archived.",
        "INCLUDED": "Archived or not.",
    },
)
AssigneeChoice = described(
    ticket_filters.AssigneeChoice,
    "AssigneeChoice",
    "Whose tickets, by a word instead of an id.",
    {
        "ME": "Yours; with an API key, those of the member whose key it is.",
        "NOBODY": "Not assigned.",
        "ANYBODY": "Assigned to some member.",
    },
)
TicketOrderField = described(
    ticket_orders.OrderField,
    "TicketOrderField",
    "What a list of tickets is ordered by.",
    {
        "CREATED_AT": "When they came in.",
        "UPDATED_AT": "When anything last happened to them; one that changes while you page may come twice.",
        "PRIORITY": "How urgent they are, LOW the least; of the same priority, when they came in.",
    },
)
OrderDirection = described(
    ticket_orders.Direction,
    "OrderDirection",
    "Which end of an order comes first.",
    {"ASC": "The least, the oldest.", "DESC": "The greatest, the newest."},
)
TicketEventKind = described(
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
BulkStateEnum = described(
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
BulkOutcomeEnum = described(
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
SignalTypeEnum = described(
    SignalType,
    "SignalType",
    "What a message of a subscription is about.",
    {
        "EVENT": "Something happened.",
        "BOOKMARK": "Nothing happened: this is where the log stands; resume from here.",
        "RESET": "The cursor is too old to resume from: load everything anew, then go on from here.",
    },
)
SearchTypeEnum = described(
    SearchType,
    "SearchType",
    "What a search looks for.",
    {"TICKET": "Tickets.", "CONTACT": "Contacts."},
)
SearchFieldEnum = described(
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
