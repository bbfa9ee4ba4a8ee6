"""No answer brings a secret to an agent, whatever its effect, but those whose purpose is to show one, once."""

import json

import httpx2
import pytest
from tests import contexts
from tests.contract import storage
from tests.contract.calling import CURATED, accepted, play
from tests.wires import MockWire

from telnyx_tools.api.client import Api
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.example import minimal
from telnyx_tools.results.answer import View
from telnyx_tools.results.secret_fields import NOT_SECRET
from telnyx_tools.tool.tool import Tool

SECRETS = (
    *("password", "sip_password", "v1_secret", "private_key", "ip_authentication_token", "api_token", "api_v2_token"),
    *("api_key", "token", "jwt", "external_pin", "pin", "pin_passcode", "puk1", "puk2", "activation_code"),
    *("credentials", "client_secret", "access_token", "secret_access_key"),
)
SHOWN_ONCE = {"create_telephony_credential_token"}
"""The tools whose result is a secret, by design; nothing shows it again."""
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


@pytest.mark.parametrize("tool", CURATED, ids=lambda tool: tool.name)
def test_no_tool_gives_a_secret_away(tool: Tool) -> None:
    given = accepted(tool)
    if "detail" in tool.input_schema["properties"]:
        given["detail"] = "full"
    found = play(tool, given, marked).result.model_dump_json()
    assert ("MARKED" in found) == (tool.name in SHOWN_ONCE | OWN_DATA)


@pytest.mark.anyio
async def test_no_operation_gives_a_secret_away() -> None:
    giving = []
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
            if "MARKED" in found and not operation.shown_once:
                giving.append(operation.id)
    assert [name for name in giving if name not in NOT_SECRET] == []


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
async def test_what_the_caller_gave_does_not_come_back() -> None:
    create = Catalog.load()["credential_connections.create"]
    body = {"connection_name": "x", "user_name": "user0001", "password": "MARKED-password"}

    def echo(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"data": {"id": "1", "note": "was MARKED-password", **body}})

    async with Api(wire=MockWire(echo)) as api:
        telnyx = api.bind(contexts.TESTER.credential, contexts.TESTER.principal)
        found = await contexts.run(OperationAction(create), {"body": body}, telnyx)
    assert "MARKED" not in found.wire_json()
