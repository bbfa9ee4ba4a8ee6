"""Integration secrets: named, listed and deleted, and never shown."""

import json
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.tools.groups.sandboxed import answering, call

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.api.redaction import Secret, without
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry

VALUE = 'MARKED"value\\ä'
BEARER = {"identifier": "openai-token", "type": "bearer", "token": VALUE}


async def identifiers(telnyx: Telnyx, **arguments: object) -> list[str]:
    return [item["identifier"] for item in (await call(telnyx, "list_integration_secrets", **arguments))["items"]]


async def test_a_secret_is_made_listed_by_type_and_deleted_by_its_identifier(telnyx: Telnyx) -> None:
    made = await call(telnyx, "create_integration_secret", **BEARER)
    basic = {"identifier": "crm", "type": "basic", "username": "MARKEDuser", "password": VALUE}
    other = await call(telnyx, "create_integration_secret", **basic)
    assert made["identifier"] == "openai-token"
    assert await identifiers(telnyx) == ["openai-token", "crm"]
    assert await identifiers(telnyx, type="basic") == ["crm"]
    assert (await call(telnyx, "delete_integration_secret", id="openai-token"))["id"] == made["id"]
    assert await identifiers(telnyx) == ["crm"]
    assert (await call(telnyx, "delete_integration_secret", id=other["id"]))["deleted"] is True
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "delete_integration_secret", id="crm")


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"type": "bearer"}, {"token"}),
        ({"type": "basic", "token": VALUE}, {"token", "username", "password"}),
        ({"type": "bearer", "token": VALUE, "password": VALUE}, {"password"}),
        ({"type": "bearer", "token": [VALUE]}, {"token"}),
        ({"type": VALUE, "token": {VALUE: VALUE}}, {"type", "token"}),
        ({"type": "bearer", "token": ""}, {"token"}),
    ],
)
async def test_a_value_that_does_not_fit_its_type_is_refused_unquoted(
    telnyx: Telnyx, arguments: dict[str, object], wrong: set[str]
) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "create_integration_secret", identifier="crm", **arguments)
    assert {problem.argument for problem in refused.value.problems} == wrong
    assert "MARKED" not in json.dumps(refused.value.describe())
    assert await identifiers(telnyx) == []


ECHO = {"identifier": "x", "token": VALUE, "note": [{VALUE: f"it was {VALUE}"}]}


ERRORS = [
    httpx2.Response(422, json={"errors": [{"code": "10027", "title": VALUE, "detail": f"No: {VALUE}."}]}),
    httpx2.Response(422, json={"errors": [{"code": "10027", "detail": ECHO}]}),
    httpx2.Response(400, json={"detail": [{"loc": ["body", VALUE], "msg": VALUE}]}),
    httpx2.Response(400, text=f"<html><title>{VALUE}</title></html>"),
    httpx2.Response(500, text=VALUE),
]
SUCCESSES = [
    httpx2.Response(200, json={"data": {**ECHO, "id": [VALUE]}}),
    httpx2.Response(200, json=[ECHO]),
    httpx2.Response(200, text=VALUE),
]
CALLS: dict[str, dict[str, Any]] = {
    "create_integration_secret": BEARER,
    "write_api_endpoint": {"endpoint": "integration_secrets.create", "body": BEARER},
}


@pytest.mark.parametrize(
    ("tool", "answer"),
    [(tool, answer) for tool in CALLS for answer in ERRORS]
    + [("create_integration_secret", answer) for answer in SUCCESSES],
)
async def test_a_value_that_telnyx_echoes_does_not_reach_the_agent(tool: str, answer: httpx2.Response) -> None:
    async with answering(lambda _: answer) as telnyx:
        given = contexts.context(telnyx, actions=contexts.AnyActions(telnyx))
        result = await contexts.replied(registry().tools[tool], CALLS[tool], given)
    assert result.is_error == (not answer.is_success)
    assert "MARKED" not in result.model_dump_json()


def test_a_secret_does_not_show_itself() -> None:
    arguments = registry().tools["create_integration_secret"].arguments.parse(BEARER)
    assert "MARKED" not in repr(arguments)
    assert arguments["token"] == VALUE


@pytest.mark.parametrize(
    ("text", "secrets", "left"),
    [
        ("key abcdef", ["abcd", "abcdef"], "key [credential]"),
        ("a short one stays", ["a"], "a short one stays"),
        ('{"a": "q\\"uote"}', ['q"uote'], '{"a": "[credential]"}'),
        (r"\u00e4\u00e4\u00e4\u00e4", ["ääää"], "[credential]"),
        ("none", [], "none"),
    ],
)
def test_texts_are_freed_of_secrets_in_every_form(text: str, secrets: list[str], left: str) -> None:
    assert without(text, [Secret(secret) for secret in secrets]) == left
