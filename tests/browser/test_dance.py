"""The whole way of a person who connects an agent: from the 401 to the tool call, and to its end."""

from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from tests.browser.agent import Refused, connected
from tests.browser.person import Person
from tests.e2e.processes import Server
from tests.token_storage import TokenMemory

SMS = {"from_number": "+12025550101", "to": "+12025550123", "text": "Hello"}


async def call(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content
    return content


async def sender(client: Client) -> str:
    owned = await call(client, "list_phone_numbers")
    return str(owned["items"][0]["phone_number"])


@pytest.mark.parametrize("how", ["by_key", "at_telnyx"])
async def test_an_agent_that_registers_itself_is_connected_and_acts_for_the_account(
    server: Server, person: Person, how: str
) -> None:
    async with connected(server.url, getattr(person, how)) as client:
        assert (await call(client, "get_balance"))["balance"]
    assert person.visits == 1


async def test_a_tool_that_changes_something_asks_the_person_again_who_need_not_enter_the_key(
    server: Server, person: Person
) -> None:
    visits = [person.to_look, person.again]
    async with connected(server.url, lambda url: visits.pop(0)(url)) as client:
        message = await call(client, "send_message", **{**SMS, "from_number": await sender(client)})
    assert message["id"]
    assert person.visits == 2


async def test_who_is_let_use_the_account_at_once_never_asks_again(server: Server, person: Person) -> None:
    async with connected(server.url, person.to_use) as client:
        message = await call(client, "send_message", **{**SMS, "from_number": await sender(client)})
    assert message["id"]
    assert person.visits == 1


async def test_what_the_person_leaves_out_cannot_be_seen_or_called(server: Server, person: Person) -> None:
    async with connected(server.url, person.only_messages) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert "get_message" in names
        assert not names & {"list_phone_numbers", "get_balance", "send_whatsapp_message"}
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("list_phone_numbers", {})


async def test_an_ended_connection_stops_within_five_seconds_and_can_be_made_anew(
    server: Server, person: Person
) -> None:
    memory = TokenMemory()
    async with connected(server.url, person.by_key, memory) as client:
        await call(client, "get_balance")
        assert memory.tokens is not None
        await person.end_connection(server.base_url)
        with anyio.fail_after(5):
            await refused(server, memory.tokens.access_token)
        await call(client, "get_balance")
    assert person.visits == 2


async def refused(server: Server, token: str) -> None:
    """Wait until the server takes the token no more."""
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
        while (await http.post(server.url, json={})).status_code != 401:
            pass


async def test_a_person_who_cancels_connects_nothing(server: Server, person: Person) -> None:
    async def cancel(url: str) -> None:
        await person.open(url)
        await person.press("Cancel")

    with pytest.raises(ExceptionGroup) as raised:
        async with connected(server.url, cancel):
            pytest.fail("connected without leave")
    refusal = raised.value.split(Refused)[0]
    assert refusal is not None
    assert refused_with(refusal) == ("access_denied", server.base_url)


def refused_with(error: BaseException) -> tuple[object, ...]:
    """What the one refusal in a group of errors says."""
    return refused_with(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error.args
