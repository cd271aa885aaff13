"""What the judges are to ask of `/graphql`: one operation of each kind."""

from typing import Any

PAGE = """
query Page($first: Int!, $after: String) {
  tickets(first: $first, after: $after) {
    __typename
    edges { __typename cursor node { __typename id title status } }
    pageInfo { __typename hasNextPage endCursor }
  }
}"""
REPLY = """
mutation Reply($input: TicketReplyInput!) {
  ticketReply(input: $input) { __typename comment { __typename id body } errors { __typename message } }
}"""
COMMENTS = """
subscription OnComment {
  commentAdded { __typename type eventCursor comment { __typename id body } }
}"""
COMMENTS_AFTER = """
subscription Again($after: EventCursor) {
  commentAdded(after: $after) { __typename type eventCursor comment { __typename id } }
}"""


def probe(ticket_id: str, absent_id: str) -> dict[str, Any]:
    """Return the probe. The judges reply on the ticket; the absent id names none."""
    reply = {"ticketId": ticket_id, "body": "probe"}
    return {
        "query": "query P { __typename }",
        "connection": {"field": "tickets", "document": PAGE},
        "node": {
            "document": "query One($id: ID!) { node(id: $id) { __typename id ... on Ticket { title } } }"
        },
        "missingNode": {
            "document": "query Gone($id: ID!) { node(id: $id) { __typename id } }",
            "id": absent_id,
        },
        "fieldError": {
            "document": "query Err { __typename tickets(first: 1000) { nodes { id } } }",
            "secret": "Traceback",
        },
        "mutation": {"document": REPLY, "variables": {"input": reply}, "root": "ticketReply"},
        "idempotent": {
            "document": REPLY,
            "variables": {"input": reply},
            "keyPath": ["input", "idempotencyKey"],
            "changePath": ["input", "body"],
            "idPath": ["ticketReply", "comment", "id"],
        },
        "subscription": {"document": COMMENTS, "root": "commentAdded", "resume": _resume()},
        "deep": ["tickets { edges { node { ", "timeline { edges { node { ... on Comment { ticket { "],
        "circular": {
            "open": "tickets(first: 1) { edges { node {",
            "cycle": ["timeline(first: 1) { nodes { ... on Comment {", "ticket {"],
            "close": "} } }",
            "leaf": "id",
        },
        "list": {"field": "tickets", "leaf": "edges { node { id } }"},
        "upload": None,
    }


def _resume() -> dict[str, Any]:
    return {
        "document": COMMENTS_AFTER,
        "cursorPath": ["commentAdded", "eventCursor"],
        "variable": "after",
    }
