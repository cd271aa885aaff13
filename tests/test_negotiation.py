"""Which media type an HTTP client wants to be answered in."""

import pytest

from schema.negotiation import EVENT_STREAM, JSON, RESPONSE_JSON, RESULTS, accepted


@pytest.mark.parametrize(
    ("header", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", RESPONSE_JSON),
        ("Application/GraphQL-Response+JSON; charset=utf-8", RESPONSE_JSON),
        ("application/graphql-response+json, application/json;q=0.9", RESPONSE_JSON),
        ("application/graphql-response+json;q=0.8, application/json;q=0.9", JSON),
        ("application/graphql-response+json, application/json", RESPONSE_JSON),
        ("application/json, application/graphql-response+json", JSON),
        ("*/*, application/graphql-response+json", RESPONSE_JSON),
        ("application/json;q=0, */*", RESPONSE_JSON),
        ("application/json;q=0", None),
        ("text/html, */*;q=0.1", JSON),
        ("text/html", None),
        ("image/*", None),
        ("application/json;q=nonsense", JSON),
        ("application/json;q=nan, application/graphql-response+json", JSON),
        (",,", JSON),
        (";", None),
    ],
)
def test_the_client_gets_what_it_prefers(header: str, media: str | None):
    assert accepted(header) == media


@pytest.mark.parametrize(
    ("header", "media"),
    [
        ("text/event-stream", EVENT_STREAM),
        ("application/json;q=0.5, text/event-stream", EVENT_STREAM),
        ("application/json, text/event-stream;q=0.5", JSON),
        ("*/*", JSON),
    ],
)
def test_a_stream_is_chosen_only_when_preferred(header: str, media: str):
    assert accepted(header, (*RESULTS, EVENT_STREAM)) == media
