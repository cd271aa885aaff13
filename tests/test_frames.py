"""The messages of graphql-transport-ws, from and to text."""

import json

import pytest

from realtime import frames
from realtime.frames import Complete, Init, Malformed, Ping, Pong, Subscribe, frame_from
from realtime.requests import Request

QUERY = '{"query":"{a}"}'


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('{"type":"connection_init"}', Init({})),
        ('{"type":"connection_init","payload":null}', Init({})),
        ('{"type":"connection_init","payload":{"a":1}}', Init({"a": 1})),
        ('{"type":"ping"}', Ping()),
        ('{"type":"ping","payload":{"a":1}}', Ping()),
        ('{"type":"pong"}', Pong()),
        ('{"type":"complete","id":"1"}', Complete("1")),
        (
            '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":{"b":2}}}',
            Subscribe("1", Request(query="{a}", variables={"b": 2})),
        ),
        (
            '{"type":"subscribe","id":"1","payload":{"documentId":"sha256:0"}}',
            Subscribe("1", Request(document_id="sha256:0")),
        ),
    ],
)
def test_a_message_is_read(text, frame):
    assert frame_from(text) == frame


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "hello",
        "null",
        "42",
        "NaN",
        '"ping"',
        "[]",
        "{}",
        '{"type":"nope"}',
        '{"type":1}',
        '{"type":["ping"]}',
        '{"type":"connection_ack"}',
        '{"type":"next","id":"1","payload":{}}',
        '{"type":"connection_init","payload":"x"}',
        '{"type":"ping","payload":[]}',
        '{"type":"pong","payload":1}',
        '{"type":"complete"}',
        '{"type":"complete","id":1}',
        '{"type":"complete","id":""}',
        '{"type":"subscribe","id":"1"}',
        '{"type":"subscribe","id":"1","payload":{}}',
        '{"type":"subscribe","id":"1","payload":[]}',
        '{"type":"subscribe","id":"1","payload":{"query":1}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[1]}}',
        f'{{"type":"subscribe","payload":{QUERY}}}',
        f'{{"type":"subscribe","id":"","payload":{QUERY}}}',
        f'{{"type":"subscribe","id":"{"x" * 257}","payload":{QUERY}}}',
        '{"type":"subscribe","id":"\\ud800","payload":{"query":"{a}"}}',
        "[" * 60_000,
        '{"type":"ping","payload":' + '{"a":' * 2000 + "1" + "}" * 2001,
    ],
)
def test_what_no_client_says_is_malformed(text):
    with pytest.raises(Malformed):
        frame_from(text)


def test_an_id_of_256_characters_is_taken():
    assert frame_from(f'{{"type":"complete","id":"{"x" * 256}"}}') == Complete("x" * 256)


@pytest.mark.parametrize("operation_id", ["1", 'a"b', "\\", "é\n", "😀"])
def test_an_id_cannot_break_out_of_its_frame(operation_id):
    spliced = frames.opening(operation_id) + '{"data":1}' + "}"

    assert json.loads(spliced) == {"id": operation_id, "type": "next", "payload": {"data": 1}}
    assert json.loads(frames.complete(operation_id)) == {"id": operation_id, "type": "complete"}
    assert json.loads(frames.error(operation_id, [{"message": "No."}])) == {
        "id": operation_id,
        "type": "error",
        "payload": [{"message": "No."}],
    }
