"""Resources of events and calls: read as by tools, completed, and watched by clients of both eras."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from tests.e2e.clients import connected
from tests.protocol.servers import INITIALIZE, LEGACY, Peer, message_in
from tests.server.events.inboxes import message
from tests.server.events.signing import OURS, PERSON
from tests.server.events.subscribers import Office, office, quiet

from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.server import serving as serving_sandbox

KEY, OTHER = "KEY_sandbox_resources", "KEY_sandbox_others"
EVENTS, CONVERSATIONS = "telnyx://events", "telnyx://sms/conversations"
CONVERSATION, CALL = "telnyx://sms/conversations/{number}", "telnyx://calls/{call_control_id}"
ERAS = ("auto", "legacy")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Office]:
    async with serving_sandbox(create_sandbox()) as telnyx, office(tmp_path, quiet(), telnyx) as made:
        yield made


@pytest.mark.anyio
class TestReading:
    @pytest.mark.parametrize("mode", ERAS)
    async def test_events_conversations_and_one_of_them(self, here: Office, mode: str) -> None:
        await here.happen(message(1, text="Hello <b>agent</b>"), message(2, **{"from": "+13125559999"}), key=KEY)
        await here.happen(message(3, type_="message.delivered", **{"from": OURS, "to": PERSON}), key=KEY)
        await here.happen(message(4, type_="call.ended", call_control_id="call-1"), key=KEY)
        async with connected(f"{here.url}/mcp", KEY, mode) as client:
            assert [each.uri for each in (await client.list_resources()).resources] == [EVENTS, CONVERSATIONS]
            templates = (await client.list_resource_templates()).resource_templates
            assert [each.uri_template for each in templates] == [CONVERSATION, CALL]
            events = await shown(client, EVENTS)
            assert [each["id"] for each in events["events"]] == [f"event-{n}" for n in (1, 2, 3, 4)]
            (newest, other) = (await shown(client, CONVERSATIONS))["conversations"]
            assert (newest["number"], newest["own_number"], newest["events"]) == (PERSON, OURS, 2)
            assert other["number"] == "+13125559999"
            assert "Hello" not in str((newest, other))
            for spelled in (PERSON, PERSON.replace("+", "%2B")):
                one = await shown(client, f"{CONVERSATIONS}/{spelled}")
                assert [each["id"] for each in one["events"]] == ["event-1", "event-3"]
            assert one["events"][0]["text"] == "Hello <b>agent</b>"

    async def test_a_call_is_read_as_its_tool_reads_it(self, here: Office) -> None:
        async with connected(f"{here.url}/mcp", KEY) as client:
            made = await client.call_tool("make_call", {"to": "+12025554711", "from_number": "+12025550101"})
            id_ = made.structured_content["call_control_id"]
            told = await shown(client, f"telnyx://calls/{id_}")
            assert told["call_control_id"] == id_
            assert "status" in told

    @pytest.mark.parametrize(("mode", "code"), [("auto", -32602), ("legacy", -32002)])
    async def test_what_is_not_there_is_not_found(self, here: Office, mode: str, code: int) -> None:
        async with connected(f"{here.url}/mcp", KEY, mode) as client:
            for uri in ("telnyx://nothing", "telnyx://calls/none", "telnyx://sms/conversations/Ada", f"{EVENTS}/x"):
                with pytest.raises(MCPError) as raised:
                    await client.read_resource(uri)
                assert (raised.value.error.code, raised.value.error.data["uri"]) == (code, uri)

    async def test_what_a_surface_leaves_out_is_neither_listed_read_completed_nor_watched(self, here: Office) -> None:
        await here.happen(message(1), key=KEY)
        async with connected(f"{here.url}/mcp?exclude_tools=list_events", KEY) as client:
            assert (await client.list_resources()).resources == []
            with pytest.raises(MCPError):
                await client.read_resource(EVENTS)
            assert (await completed(client, CONVERSATION, "number", "+")).values == []
            async with client.listen(resource_subscriptions=[EVENTS]) as listening:
                assert listening.honored.resource_subscriptions is None


@pytest.mark.anyio
class TestCompletion:
    async def test_numbers_and_calls_that_events_told_of(self, here: Office) -> None:
        await here.happen(message(1), message(2, **{"from": "+4930123456"}), message(3), key=KEY)
        await here.happen(message(4, type_="call.ended", call_control_id="call-1"), key=KEY)
        await here.happen(message(5, **{"from": "+13125550000"}), key=OTHER)
        async with connected(f"{here.url}/mcp", KEY) as client:
            assert (await completed(client, CONVERSATION, "number", "")).values == [PERSON, "+4930123456"]
            assert (await completed(client, CONVERSATION, "number", "+49")).values == ["+4930123456"]
            assert (await completed(client, CALL, "call_control_id", "call")).values == ["call-1"]
            assert (await completed(client, CALL, "unknown", "")).values == []
            with pytest.raises(MCPError):
                await completed(client, "telnyx://nothing/{x}", "x", "")


@pytest.mark.anyio
class TestWatching:
    async def test_a_listening_client_is_told_of_what_it_named_alone(self, here: Office) -> None:
        one, call = f"{CONVERSATIONS}/{PERSON.replace('+', '%2B')}", "telnyx://calls/call-1"
        async with (
            connected(f"{here.url}/mcp", KEY) as client,
            client.listen(resource_subscriptions=[one, call, "telnyx://nothing"]) as listening,
        ):
            assert listening.honored.resource_subscriptions == [one, call]
            await here.happen(message(1, **{"from": "+13125559999"}), key=KEY)
            await here.happen(message(2), key=OTHER)
            await here.happen(message(3, type_="call.answered", call_control_id="call-1"), key=KEY)
            assert (await asyncio.wait_for(anext(listening), 5)).uri == call
            await here.happen(message(4), key=KEY)
            assert (await asyncio.wait_for(anext(listening), 5)).uri == one

    async def test_an_event_that_another_replica_took_is_told_as_well(self, here: Office, tmp_path: Path) -> None:
        async with (
            office(tmp_path, quiet()) as other,
            connected(f"{here.url}/mcp", KEY) as client,
            client.listen(resource_subscriptions=[EVENTS]) as listening,
        ):
            await other.happen(message(1), key=KEY)
            assert (await asyncio.wait_for(anext(listening), 5)).uri == EVENTS

    @pytest.mark.filterwarnings("ignore:resources/.*subscribe is removed")  # from newer protocols
    async def test_an_older_client_is_told_over_its_connection_until_it_no_longer_wants(self, here: Office) -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def hear(told: Any) -> None:
            if isinstance(told, types.ResourceUpdatedNotification):
                heard.put_nowait(told.params.uri)

        async with older(here.url, hear) as client:
            await client.subscribe_resource(EVENTS)
            await client.subscribe_resource(CONVERSATIONS)
            await here.happen(message(1), key=KEY)
            assert {await asyncio.wait_for(heard.get(), 5) for _ in range(2)} == {EVENTS, CONVERSATIONS}
            await client.unsubscribe_resource(EVENTS)
            await here.happen(message(2), key=KEY)
            assert await asyncio.wait_for(heard.get(), 5) == CONVERSATIONS
            assert heard.empty()
            with pytest.raises(MCPError):
                await client.subscribe_resource("telnyx://nothing")

    async def test_where_no_connections_are_kept_older_clients_are_promised_nothing(self, tmp_path: Path) -> None:
        async with office(tmp_path, quiet(), stateful=False) as here, Peer.of(here.url, KEY) as peer:
            told = message_in(await peer.legacy("initialize", INITIALIZE))["result"]["capabilities"]
            assert told["resources"] == {"subscribe": False, "listChanged": False}
            headers = {"mcp_protocol_version": LEGACY}
            refused = message_in(await peer.legacy("resources/subscribe", {"uri": EVENTS}, **headers))
            assert refused["error"]["code"] == -32601


async def shown(client: Client, uri: str) -> dict[str, Any]:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, types.TextResourceContents)
    assert (content.uri, content.mime_type) == (uri, "application/json")
    told: dict[str, Any] = json.loads(content.text)
    return told


async def completed(client: Client, template: str, name: str, begins_with: str) -> types.Completion:
    reference = types.ResourceTemplateReference(type="ref/resource", uri=template)
    return (await client.complete(reference, {"name": name, "value": begins_with})).completion


@asynccontextmanager
async def older(url: str, hear: Any, key: str = KEY) -> AsyncIterator[Client]:
    """An older client, with a key or a token, that hears what it is told."""
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=20) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode="legacy", message_handler=hear) as client,
    ):
        yield client
