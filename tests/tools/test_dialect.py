"""The dialect of schemas that every model's API takes; what tools take of values, it leaves as it is."""

import re
from typing import Any

import pytest

from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.dialect import pattern_problem, problems
from telnyx_tools.registry import registry


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def test_arguments_of_every_kind_are_in_the_dialect() -> None:
    text = {"type": "string", "description": "a word", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 20}
    assert problems(of()) == []
    assert (
        problems(
            of(
                text=text,
                when={"type": "string", "format": "date-time"},
                kind={"type": "string", "enum": ["one", "two"], "default": "one"},
                count={"type": "integer", "minimum": 0, "maximum": 9},
                several={"type": "array", "items": of(text=text), "minItems": 1, "maxItems": 20},
                either={"anyOf": [text, {"type": "array", "items": text}]},
                free={"type": "object", "additionalProperties": True},
                named={"type": "object", "additionalProperties": {"type": "string"}},
            )
        )
        == []
    )


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"description": "no type"},
        {"type": ["string", "null"]},
        {"type": "string", "format": "password"},
        {"type": "string", "format": "date"},
        {"type": "string", "writeOnly": True},
        {"type": "string", "readOnly": True},
        {"type": "string", "const": "one"},
        {"type": "string", "enum": []},
        {"type": "string", "enum": ["one", ""]},
        {"type": "string", "enum": ["one", "one"]},
        {"type": "string", "enum": ["one", None]},
        {"type": "integer", "enum": [1, 2]},
        {"type": "string", "maxLength": 2_000},
        {"type": "integer", "exclusiveMinimum": 0},
        {"type": "array"},
        {"type": "array", "items": {"type": "string"}, "maxItems": 2_000},
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        {"type": "object"},
        {"type": "object", "properties": {"a": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True},
        {"type": "object", "patternProperties": {"^a$": {"type": "string"}}, "additionalProperties": True},
        {"type": "object", "properties": {"a b": {"type": "string"}}, "additionalProperties": False},
        {"type": "object", "properties": {"a" * 65: {"type": "string"}}, "additionalProperties": False},
        {"type": "object", "properties": {}, "required": ["a"], "additionalProperties": False},
        {"anyOf": [{"type": "string"}, {"type": "integer"}], "description": "beside it"},
        {"anyOf": [{"type": "string"}, {}]},
        {"oneOf": [{"type": "string"}]},
        {"$ref": "#/$defs/Thing"},
    ],
)
def test_what_some_model_refuses_is_not(schema: dict[str, Any]) -> None:
    assert problems(of(it=schema)) != []
    assert problems(of(them={"type": "array", "items": schema})) != []


def test_neither_is_what_is_too_deep_or_too_large() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(12):
        deep = of(inner=deep)
    assert any("too deep" in problem for problem in problems(deep))
    assert problems(of(**{f"a{n}": {"type": "string"} for n in range(1_001)})) != []
    assert problems(of(it={"type": "string", "enum": [f"value {n}" for n in range(501)]})) != []
    assert problems(of(it={"type": "string", "enum": [f"{n}{'x' * 200}" for n in range(100)]})) != []


@pytest.mark.parametrize(
    "pattern",
    [
        "^https?://[!-~]+$",
        r"^(\+[1-9][0-9]{1,14}|[0-9]{3,8})$",
        r"^(\+[1-9][0-9]{1,14}|sips?:[^,]+)(,[0-9A-DwW*#]+)?$",
        r"^[A-Z]{2}\.[A-Za-z0-9]{1,64}$",
        "^-?[a-z_]*$",
    ],
)
def test_plain_patterns_are_read_by_every_engine(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        *(f"^{kind}+$" for kind in (r"\S", r"\s", r"\d", r"\D", r"\w", r"\W", r"\p{L}", r"[\s@]", r"[^\S]", ".")),
        r"^\bone\b$",
        "^(?=a)a$",
        "^(?!b)a$",
        "^(?<=a)b$",
        "^(?:a)$",
        "^(?i)a$",
        r"^(a)\1$",
        r"^(?P<a>a)(?P=a)$",
        "[a-z]+",
        "^[a-z]+",
        "[a-z]+$",
        "^one|two$",
        "^[a-z]{1,2000}$",
        "^[A-Za-z0-9_.-]{1,253}$",
        r"^\u0041$",
    ],
)
def test_patterns_with_more_than_that_are_not(pattern: str) -> None:
    assert pattern_problem(pattern) is not None


ACCEPTED_AND_REFUSED: list[tuple[str, dict[str, Any], str, list[Any], list[Any]]] = [
    (
        "send_message",
        {"to": "+13125550123", "text": "hello"},
        "webhook_url",
        ["https://example.com/a?b=c#d", "http://münchen.example/ü", "https://例え.example", "https://a\u200bb"],
        [
            "https://",
            "ftp://example.com",
            "https://a b",
            "https://a\nb",
            "https://a\u3000b",
            " https://a",
            "https://a ",
        ],
    ),
    (
        "start_streaming",
        {"call_control_id": "1"},
        "stream_url",
        ["wss://a.example/ü", "ws://a"],
        ["https://a", "wss://"],
    ),
    (
        "refer_call",
        {"call_control_id": "1"},
        "sip_address",
        ["sip:a@b", "sips:ü@b.example"],
        ["sip:a", "sip:a@b@c", "sip:a @b", "a@b", "sip:a@"],
    ),
    ("create_fqdn", {"connection_id": "1", "dns_record_type": "a"}, "fqdn", ["a.b", "x" * 253], ["", "x" * 254, "a b"]),
    (
        "create_whatsapp_template",
        {"waba_id": "1", "language": "en_US", "category": "UTILITY", "body": "hello"},
        "name",
        ["order_1", "x" * 512],
        ["", "Order", "x" * 513],
    ),
    ("update_messaging_profile", {"messaging_profile_id": "1"}, "redaction_level", [1, 2], [0, 3, "one", [1]]),
    ("create_outbound_voice_profile", {"name": "abc"}, "max_destination_rate", [0.01, 5], [0, -1]),
    (
        "search_detail_records",
        {"record_type": "messaging"},
        "filters",
        [{}, {"cld": "1"}],
        [{"CLD": "1"}, {"a b": "1"}],
    ),
    ("search_message_records", {}, "start_date", ["2026-02-28"], ["2026-02-30", "28.02.2026", "yesterday"]),
    ("create_integration_secret", {"identifier": "a", "type": "bearer"}, "token", ["x", "x" * 3_000], [["x"], {}]),
    (
        "start_verification",
        {"phone_number": "+13125550123", "verify_profile_id": "1"},
        "custom_code",
        ["1234"],
        ["123", "abcd"],
    ),
    ("write_api_endpoint", {"endpoint": "a"}, "body", [{"a": 1}, ["a", {"b": None}], "text", 1, True], []),
]


@pytest.mark.parametrize(
    ("tool", "others", "argument", "accepted", "refused"),
    ACCEPTED_AND_REFUSED,
    ids=[f"{tool}.{argument}" for tool, _, argument, _, _ in ACCEPTED_AND_REFUSED],
)
def test_the_dialect_narrows_what_is_written_and_not_what_is_taken(
    tool: str, others: dict[str, Any], argument: str, accepted: list[Any], refused: list[Any]
) -> None:
    arguments = registry().tools[tool].arguments
    for value in accepted:
        arguments.parse({**others, argument: value})
    for value in refused:
        with pytest.raises(InvalidArguments) as raised:
            arguments.parse({**others, argument: value})
        assert {problem.argument.partition(".")[0] for problem in raised.value.problems} == {argument}


def test_what_the_schema_says_of_a_text_is_taken() -> None:
    """The pattern that a model reads is a part of the one that is checked."""
    url = registry().tools["send_message"].input_schema["properties"]["webhook_url"]["pattern"]
    for text in ("https://example.com/!~", "http://[::1]:80/%20", "https://münchen.example"):
        assert (re.fullmatch(url, text) is not None) == text.isascii()
