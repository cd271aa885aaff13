"""What is not in the customers' schema cannot reach them."""

import re

import pytest
import schema_walk

from schema.printing import printed

SECRET = ["note", "assign", "priorit", "sla", "internal", "audit", "label", "escalat", "merge", "canned"]


@pytest.mark.parametrize("word", SECRET)
def test_the_public_schema_has_no_word_of_what_members_keep_to_themselves(word):
    begins = re.compile(rf"(?<![a-z]){word}", re.IGNORECASE)  # `sla` of `slaStatus`, not of `translate`

    camel = re.compile(rf"[a-z]{word.capitalize()}")
    text = printed()["public.graphql"]
    assert not [line for line in text.splitlines() if begins.search(line) or camel.search(line)]


def test_the_words_are_those_of_the_members_schema():
    text = printed()["schema.graphql"].lower()

    assert {word for word in SECRET[:5] if word in text} == {"note", "assign", "priorit", "sla", "internal"}


def test_customers_give_no_ids_but_those_of_files_that_they_have_uploaded():
    places = [str(place) for place in schema_walk.id_places(schema_walk.PUBLIC)]

    assert places == ["Mutation.ticketReply(input.attachmentIds)"]


def test_customers_see_these_types_and_no_other():
    own = {each.name for each in schema_walk.types(schema_walk.PUBLIC)}

    assert own == EVERYTHING


EVERYTHING = {
    *("Query", "Mutation", "Subscription"),
    *("Ticket", "TicketStatus", "Comment", "StatusChange"),
    *("TimelineItem", "TimelineItemConnection", "TimelineItemEdge", "PageInfo", "Node"),
    *("TicketReplyInput", "TicketReplyPayload", "Payload"),
    *("Attachment", "AttachmentConnection", "AttachmentEdge"),
    *("AttachmentUploadInput", "AttachmentUploadPayload"),
    *("Satisfaction", "TicketRateInput", "TicketRatePayload"),
    *("UserError", "UserErrorCode", "MutationError"),
    *("SubscriptionMessage", "CommentAdded", "SignalType"),
    *("RateLimit", "DateTime", "EventCursor"),
    *("ID", "String", "Int", "Boolean"),
}
