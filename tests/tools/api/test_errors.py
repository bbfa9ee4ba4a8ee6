"""Errors: what an agent reads of them, and what never gets into a log."""

import json

import pytest

from telnyx_tools.api.error_bodies import read_errors
from telnyx_tools.api.errors import ApiError, ErrorItem, InvalidArgument, OutcomeUnknown
from telnyx_tools.api.remedies import remedy

SECRET = "KEYtest_0123456789"


def telnyx_body(*errors: object) -> bytes:
    return json.dumps({"errors": errors}).encode()


@pytest.mark.parametrize(
    ("status", "body", "item"),
    [
        (
            422,
            telnyx_body({"code": "10015", "title": "Bad", "detail": "Wrong.", "source": {"pointer": "/to"}}),
            ErrorItem("10015", "Bad", "Wrong.", "/to"),
        ),
        (
            400,
            telnyx_body({"code": 10015, "title": "Bad", "source": {"parameter": "page[size]"}}),
            ErrorItem("10015", "Bad", None, "page[size]"),
        ),
        (
            400,
            b'{"error": "invalid_grant", "error_description": "expired"}',
            ErrorItem("invalid_grant", "Bad Request", "expired"),
        ),
        (404, b'{"detail": "No such bucket"}', ErrorItem("http_404", "Not Found", "No such bucket")),
        (
            422,
            b'{"detail": [{"loc": ["body", "to", 0], "msg": "field required"}]}',
            ErrorItem("http_422", "Unprocessable Entity", "field required", "/body/to/0"),
        ),
        (
            400,
            b'{"error": {"code": "model_not_found", "message": "No such model"}}',
            ErrorItem("model_not_found", "Bad Request", "No such model"),
        ),
        (
            404,
            b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>a &amp; b</Message></Error>',
            ErrorItem("NoSuchKey", "Not Found", "a & b"),
        ),
        (502, b"<html><title>502 Bad Gateway</title><body>nginx", ErrorItem("http_502", "502 Bad Gateway")),
        (500, b"upstream broke\n", ErrorItem("http_500", "Internal Server Error", "upstream broke")),
        (500, b"", ErrorItem("http_500", "Internal Server Error")),
        (599, b"null", ErrorItem("http_599", "HTTP 599")),
        (400, b'{"errors": ["too short"]}', ErrorItem("http_400", "Bad Request", "too short")),
        (400, telnyx_body({"code": "to +1 202 555", "title": None}), ErrorItem("http_400", "Bad Request")),
        (400, b"[" * 50_000, ErrorItem("http_400", "Bad Request", "[" * 999 + "…")),
    ],
)
def test_every_known_form_of_error_body_is_read(status: int, body: bytes, item: ErrorItem) -> None:
    assert read_errors(status, body) == [item]


def test_entities_of_an_xml_error_are_not_expanded() -> None:
    body = b'<!DOCTYPE e [<!ENTITY x "boom">]><Error><Code>Bad</Code><Message>&x;</Message></Error>'
    assert read_errors(400, body)[0].detail == "&x;"


def test_texts_and_the_number_of_errors_are_bounded() -> None:
    entry = {"code": "1", "title": "t" * 9_999, "detail": "d" * 9_999, "source": {"pointer": "p" * 9_999}}
    error = ApiError("POST /messages", 422, read_errors(422, telnyx_body(*[entry] * 50)))
    described = error.describe()
    assert isinstance(described["others"], list)
    assert len(described["others"]) == 5
    assert [len(str(described[key])) for key in ("title", "detail", "pointer")] == [200, 1_000, 200]


@pytest.mark.parametrize("prefix", ["", "x" * 990])
def test_an_echo_of_the_credential_is_removed_before_the_text_is_cut(prefix: str) -> None:
    echo = prefix + SECRET
    body = telnyx_body({"code": SECRET, "title": echo, "detail": echo, "source": {"pointer": echo}})
    described = json.dumps([item.describe() for item in read_errors(401, body, [SECRET])])
    assert SECRET[:8] not in described


def test_an_api_error_is_described_with_its_remedy_and_without_empty_keys() -> None:
    items = [ErrorItem("10009", "Authentication failed"), ErrorItem("10015", "Bad", "x", "/to")]
    error = ApiError("GET /balance", 401, items, request_id="abc")
    assert error.describe() == {
        "code": "10009",
        "title": "Authentication failed",
        "status": 401,
        "remedy": remedy("10009", 401),
        "request_id": "abc",
        "others": [{"code": "10015", "title": "Bad", "detail": "x", "pointer": "/to"}],
    }


def test_the_text_form_of_an_error_holds_no_text_of_telnyx_or_of_a_person() -> None:
    items = [ErrorItem("10015", "Secret title", "to +12025550123 is bad", "/to")]
    errors = [
        ApiError("POST /messages/{id}", 422, items),
        OutcomeUnknown("POST /messages", "It broke.", status=502, items=items),
        InvalidArgument("id", "It is empty."),
    ]
    assert [str(error) for error in errors] == [
        "ApiError 422 10015 POST /messages/{id}",
        "OutcomeUnknown 502 POST /messages",
        "InvalidArgument id",
    ]
    assert "2025550123" not in repr(errors)


def test_an_unknown_outcome_names_the_check_that_the_tool_gives() -> None:
    error = OutcomeUnknown("POST /messages", "The answer broke off.")
    error.check = "Look at get_message."
    described = error.describe()
    assert described["code"] == "outcome_unknown"
    assert described["remedy"] == "Look at get_message."
    assert "not repeated" in str(described["detail"])
