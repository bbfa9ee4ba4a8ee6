"""What a person lays down on the pages of the installed server holds for agents that signed in and for API keys."""

import json
from collections.abc import Iterator
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from tests.e2e.clients import call, connected
from tests.e2e.processes import Server, served
from tests.e2e.test_sign_in import signed_in
from tests.server.web.people import Person

pytestmark = pytest.mark.anyio

KEY = "KEY_sandbox_owner"
ABROAD = "+442071838750"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("server"), "--sandbox") as server:
        yield server


async def text(client: Client, sender: str, words: str, to: str = "+12025550123") -> dict[str, Any]:
    """What an agent reads after it sent a text."""
    result = await client.call_tool("send_message", {"from_number": sender, "to": to, "text": words})
    content = result.structured_content or json.loads(getattr(result.content[0], "text", "{}"))
    error: dict[str, Any] = content.get("error", content)
    return error


async def lay_down(server: Server, **fields: object) -> None:
    """Prove the key on the account page, and save rules for the whole account."""
    async with httpx2.AsyncClient(base_url=server.base_url) as http:
        person = Person(http)
        saved = await person.submit(await person.enter_account(KEY), "/account/rules", **fields)
        assert saved.status_code == 303, saved.text


async def test_a_connection_keeps_to_its_limits_and_a_key_to_those_of_its_account(server: Server) -> None:
    token = await signed_in(server, KEY, limit_messages_day="1")
    async with connected(server.url, token) as agent, connected(server.url, KEY) as program:
        sender = str((await call(program, "list_phone_numbers"))["items"][0]["phone_number"])
        assert (await text(agent, sender, "one"))["id"]
        told = await text(agent, sender, "two")
        assert (told["code"], told["left"]) == ("quota_exceeded", 0)
        assert "1 message a day for this connection" in told["title"]
        assert f"{server.base_url}/account" in told["remedy"]
        assert (await text(program, sender, "three"))["id"]
        await lay_down(server, limit_messages_day="3", countries="US")
        with anyio.fail_after(5):  # what was read is believed for two seconds
            while (await text(program, sender, "four", ABROAD)).get("code") != "refused":
                pass
        budgets = (await call(program, "get_server_info"))["quotas"]
        assert {"of": "messages", "limit": 3, "per": "day", "left": 3, "holds_for": "the account"} in budgets
