"""Every line that a client writes is a message, or is answered where its id can be read."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telnyx_remote_mcp.protocol.lines import BrokenLine, message_in, too_long

DEEP = '{"jsonrpc":"2.0","id":31,"method":"tools/call","params":{"arguments":' + '{"a":' * 5_000 + "1" + "}" * 5_002


def answer(line: str | bytes) -> types.JSONRPCError | None:
    with pytest.raises(BrokenLine) as caught:
        message_in(line if isinstance(line, bytes) else line.encode())
    return caught.value.answer


def request(**members: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": "ping", **members})


@pytest.mark.parametrize(
    ("line", "request_id", "code", "said"),
    [
        (request(params={"arguments": {"text": "on my way \ud83d"}}), 7, -32602, "params.arguments.text holds half"),
        (request(params={"arguments": {"\ud800": 1}}), 7, -32602, "name of a member of params.arguments"),
        (request(params="oops"), 7, -32602, "params must be an object"),
        (request(params=[1]), 7, -32602, "params must be an object"),
        ('{"id":99,"method":"tools/list","params":{}}', 99, -32600, "jsonrpc"),
        (request(jsonrpc="1.0"), 7, -32600, "jsonrpc"),
        (request(method=123), 7, -32600, "method"),
        (request(method=None, id="seven"), "seven", -32600, "method"),
        ('{"jsonrpc":"2.0","id":7}', 7, -32600, "method"),
        (request(id=None), None, -32600, "id must be"),
        (request(id=1.5), None, -32600, "id must be"),
        (request(id=True), None, -32600, "id must be"),
        (request(id={"a": 1}), None, -32600, "id must be"),
        (request(id="\ud800"), None, -32600, "id must be"),
        (DEEP, 31, -32600, "too deeply"),
        (request(params={"a": json.loads("[" * 400 + "]" * 400)}), 7, -32600, "too deeply"),
        ('[{"jsonrpc":"2.0","id":12,"method":"ping"}]', None, -32600, "No batches"),
        ("[]", None, -32600, "No batches"),
        ('{"jsonrpc":"2.0","id":7,"method":"ping",}', 7, -32700, "Not JSON"),
        ('{"jsonrpc":"2.0","id":7,"method":"ping","params":{"text":"cut o', 7, -32700, "Not JSON"),
        ('{"method":"ping","params":{"id":1, nonsense},"jsonrpc":"2.0","id":"a\\"b"}', 'a"b', -32700, "Not JSON"),
    ],
)
def test_a_request_that_cannot_be_taken_is_answered_by_its_id(
    line: str, request_id: object, code: int, said: str
) -> None:
    told = answer(line)
    assert told is not None
    assert (told.id, told.error.code) == (request_id, code)
    assert said in told.error.message


def test_bytes_that_are_not_utf_8_are_named_with_their_place() -> None:
    told = answer(b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"text":"caf\xe9"}}')
    assert told is not None
    assert (told.id, told.error.code) == (7, -32602)
    assert told.error.message.startswith("params.text holds")


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "5",
        "null",
        "{}",
        '{"jsonrpc":"2.0","method":7}',
        '{"jsonrpc":"2.0","id":7,"result":5}',
        '{"jsonrpc":"2.0","id":7,"result":{"a":',
        '{"jsonrpc":"2.0","params":{"id":7}',
        '{"jsonrpc":"2.0","id":12',
        "{" * 6_000,
    ],
)
def test_what_asks_nothing_gets_no_answer(line: str) -> None:
    assert answer(line) is None


@pytest.mark.parametrize(
    "line", [b"\xef\xbb\xbf%s\n", b"%s\r\n", b"  %s  ", b"\xef\xbb\xbf%s\r\n"], ids=["BOM", "CRLF", "blanks", "both"]
)
def test_what_stands_around_a_message_does_not_matter(line: bytes) -> None:
    assert message_in(line % request().encode()) == types.JSONRPCRequest(jsonrpc="2.0", id=7, method="ping")


def test_a_line_that_is_too_long_is_answered_where_its_id_is_at_either_end() -> None:
    first = request().encode()[:-1] + b',"params":{"text":"' + b"x" * 2_000
    last = b'{"method":"ping","params":{"text":"' + b"x" * 2_000
    for head, tail, known in [
        (first, b"x" * 100 + b'"}}', 7),
        (last, b'xx"},"jsonrpc":"2.0","id":8}\n', 8),
        (last, b'xx"},"id":"nine","method":"ping"}', "nine"),
    ]:
        told = too_long(head, tail, 1_000).answer
        assert told is not None
        assert (told.id, told.error.code, told.error.message) == (known, -32600, "A message may have 1,000 bytes")
    assert too_long(last, b'x"},"params":{"id":8}}', 1_000).answer is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
IDS = st.integers() | st.text(max_size=5)
MEMBERS = st.fixed_dictionaries(
    {"id": IDS},
    optional={"jsonrpc": st.just("2.0") | JSON, "method": st.just("ping") | JSON, "params": JSON, "extra": JSON},
)


def read(line: bytes) -> tuple[types.JSONRPCMessage | None, types.JSONRPCError | None]:
    """The message in a line, or what its sender is told."""
    try:
        return message_in(line), None
    except BrokenLine as broken:
        return None, broken.answer


@settings(max_examples=50)
@given(MEMBERS, st.permutations(["id", "jsonrpc", "method", "params", "extra"]), st.booleans())
def test_whatever_has_an_id_is_passed_on_or_answered_with_it(
    members: dict[str, Any], order: list[str], ascii_only: bool
) -> None:
    line = json.dumps({name: members[name] for name in order if name in members}, ensure_ascii=ascii_only)
    message, told = read(line.encode())
    assert message is None or isinstance(message, types.JSONRPCRequest)
    assert [found.id for found in (message, told) if found is not None] == [members["id"]]


@settings(max_examples=50)
@given(st.binary(max_size=40), st.integers(0, 60), st.integers(0, 60))
def test_any_damage_is_answered_or_dropped_and_the_answer_can_be_written(noise: bytes, start: int, end: int) -> None:
    line = request(params={"text": "x"}).encode()
    _, told = read(line[:start] + noise + line[end:])
    assert told is None or told.model_dump_json()
