"""No answer brings a secret to an agent, whatever its effect, but those whose purpose is to show one, once."""

import json
import re

import httpx2
import pytest
from tests import contexts
from tests.contract import storage
from tests.contract.calling import CURATED, accepted, operation_of, play
from tests.wires import MockWire

from telnyx_tools.api.client import Api
from telnyx_tools.api.redaction import without
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.example import minimal, response
from telnyx_tools.results.answer import View
from telnyx_tools.results.result import redacted
from telnyx_tools.results.secret_fields import NOT_SECRET, is_secret
from telnyx_tools.tool.tool import Tool

SECRETS = (
    *("password", "sip_password", "v1_secret", "private_key", "ip_authentication_token", "api_token", "api_v2_token"),
    *("api_key", "token", "jwt", "external_pin", "pin", "pin_passcode", "puk1", "puk2", "activation_code"),
    *("credentials", "client_secret", "access_token", "secret_access_key"),
)
SHOWN_ONCE = {"create_telephony_credential_token"}
"""The tools whose result is a secret, by design; nothing shows it again. Tools that make a link with a signature show
that as well, in a field that is secret nowhere else."""
OWN_DATA = {"get_kv_value"}
"""What the customer stored is given back as it is stored: it has no fields that we know."""
OPERATIONS = list(Catalog.load().values())


def marked(request: httpx2.Request) -> httpx2.Response:
    """An object full of secrets, at each place where an answer may hold one."""
    if storage.is_storage(request):
        return storage.documented(request)
    secrets = {name: f"MARKED-{name}" for name in SECRETS}
    audited = {"field": "external_pin", "from": "MARKED-1", "to": "MARKED-2"}
    thing = {"id": "1", **secrets, "settings": secrets, "list": [secrets, audited], "changes": [audited]}
    return httpx2.Response(200, json={"data": [thing] if "page" in request.url.query.decode() else thing})


def marked_where_documented(request: httpx2.Request) -> httpx2.Response:
    """The documented answer, in which everything in a field that is a secret is marked."""
    if storage.is_storage(request):
        return storage.documented(request)
    operation, _ = operation_of(request)
    if operation.secret_text:
        return httpx2.Response(200, text="MARKED")
    answer = response(operation)
    return httpx2.Response(204) if answer is None else httpx2.Response(200, json=_marked(answer, operation.id))


def _marked(value: object, operation_id: str, name: str = "") -> object:
    if is_secret(name, operation_id) and value is not None:
        return f"MARKED-{name}"
    if isinstance(value, dict):
        return {inner: _marked(member, operation_id, inner) for inner, member in value.items()}
    return [_marked(item, operation_id) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("tool", CURATED, ids=lambda tool: tool.name)
def test_no_tool_gives_a_secret_away(tool: Tool) -> None:
    views = ({}, {"detail": "full"}) if "detail" in tool.input_schema["properties"] else ({},)
    for view in views:
        found = play(tool, accepted(tool) | view, marked).result.model_dump_json()
        assert ("MARKED" in found) == (tool.name in SHOWN_ONCE | OWN_DATA)
        found = play(tool, accepted(tool) | view, marked_where_documented).result.model_dump_json()
        assert "MARKED" not in found or tool.name in SHOWN_ONCE


@pytest.mark.anyio
async def test_no_operation_gives_a_secret_away() -> None:
    giving, hiding = [], []
    async with Api(wire=MockWire(marked)) as api:
        telnyx = api.bind(contexts.TESTER.credential, contexts.TESTER.principal)
        for operation in OPERATIONS:
            arguments = minimal(operation)
            given = {
                "path": arguments.path,
                "query": arguments.query,
                "body": arguments.body,
                "headers": arguments.headers,
            }
            action = OperationAction(operation, View(detail="full"))
            found = (await contexts.run(action, given, telnyx)).wire_json()
            (giving if "MARKED" in found else hiding).append(operation)
    assert [each.id for each in giving if not each.shown_once and each.id not in NOT_SECRET] == []
    assert [each.id for each in hiding if each.shown_once] == []


@pytest.mark.anyio
async def test_a_text_that_is_a_secret_is_not_shown_either() -> None:
    config = Catalog.load()["wireguard_peers.retrieve_config"]
    path = dict.fromkeys(config.path_params, "40017000-0000-4000-8000-000000000001")

    def text(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text="[Interface]\nPrivateKey = MARKED")

    async with Api(wire=MockWire(text)) as api:
        telnyx = api.bind(contexts.TESTER.credential, contexts.TESTER.principal)
        found = await contexts.run(OperationAction(config), {"path": path}, telnyx)
    assert "MARKED" not in json.dumps(found.wire())


@pytest.mark.anyio
async def test_a_text_whose_point_is_to_be_shown_is_shown() -> None:
    token = Catalog.load()["telephony_credentials.create_token"]
    path = dict.fromkeys(token.path_params, "40017000-0000-4000-8000-000000000001")
    async with Api(wire=MockWire(lambda request: httpx2.Response(200, text="MARKED"))) as api:
        telnyx = api.bind(contexts.TESTER.credential, contexts.TESTER.principal)
        found = await contexts.run(OperationAction(token), {"path": path}, telnyx)
    assert found.wire()["text"] == "MARKED"


@pytest.mark.parametrize(
    "value",
    [
        {"name": "Authorization", "value": "Bearer MARKED"},
        {"name": "X-Api-Key", "value": "MARKED"},
        {"field": "voice.external_pin", "from": "MARKED", "to": "MARKED"},
        {"credentials": {"type": "service_account", "data": ["MARKED"]}},
    ],
)
def test_what_is_a_secret_by_the_name_beside_it_or_above_it_is_redacted(value: dict[str, object]) -> None:
    assert "MARKED" not in json.dumps(redacted({"data": [value]}))
    harmless = {"name": "X-Trace", "value": "1", "field": "name", "from": "a", "to": "b"}
    assert redacted(harmless) == harmless


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("text_to_speech.list_voices", {"query": {"provider": "elevenlabs", "api_key": "MARKED-key"}}),
        ("phone_numbers.update", {"path": {"phone_number_id": "1"}, "body": {"external_pin": "MARKED-pin"}}),
        (
            "integration_secrets.create",
            {"body": {"identifier": "x", "type": "bearer", "token": "MARKED-token"}},
        ),
    ],
)
async def test_what_the_caller_gave_anywhere_does_not_come_back(operation: str, given: dict[str, object]) -> None:
    secret = re.findall("MARKED-[a-z]+", json.dumps(given))[0]

    def echo(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"data": {"id": "1", "note": f"was {secret}"}})

    async with Api(wire=MockWire(echo)) as api:
        telnyx = api.bind(contexts.TESTER.credential, contexts.TESTER.principal)
        found = await contexts.run(OperationAction(Catalog.load()[operation]), given, telnyx)
    assert "MARKED" not in found.wire_json()


def test_the_digits_of_a_pin_stay_inside_longer_numbers() -> None:
    told = without("PIN 5550 of +13125550123", ["5550"])
    assert told == "PIN [credential] of +13125550123"


@pytest.mark.anyio
async def test_what_the_caller_gave_does_not_come_back() -> None:
    create = Catalog.load()["credential_connections.create"]
    body = {"connection_name": "x", "user_name": "user0001", "password": "MARKED-password"}

    def echo(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"data": {"id": "1", "note": "was MARKED-password", **body}})

    async with Api(wire=MockWire(echo)) as api:
        telnyx = api.bind(contexts.TESTER.credential, contexts.TESTER.principal)
        found = await contexts.run(OperationAction(create), {"body": body}, telnyx)
    assert "MARKED" not in found.wire_json()
