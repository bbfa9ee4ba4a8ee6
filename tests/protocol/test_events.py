"""MCP events as clients fetch them: the catalogue, polling, and streams."""

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
from pydantic import BaseModel, ConfigDict
from tests.protocol.servers import INITIALIZE, KEY, MODERN, OTHER_KEY, Peer, message_in, modern
from tests.server.events.inboxes import message
from tests.server.events.signing import OURS, PERSON
from tests.server.events.subscribers import EXTENSION, Office, office, quiet, secret

from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving as serving_sandbox

NAME = "message.received"
COMPLETION = {
    "ref": {"type": "ref/resource", "uri": "telnyx://calls/{call_control_id}"},
    "argument": {"name": "call_control_id", "value": ""},
}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, quiet()) as made:
        yield made


@pytest.mark.anyio
class TestCatalogue:
    async def test_both_keys_are_told_to_clients_of_both_eras(self, here: Office) -> None:
        async with Peer.of(here.url) as peer:
            answers = [await peer.modern("server/discover"), await peer.legacy("initialize", INITIALIZE)]
            told = [message_in(answer) for answer in answers]
        for capabilities in (each["result"]["capabilities"] for each in told):
            assert capabilities["events"] == {}
            assert capabilities["extensions"] == {EXTENSION: {}}
            assert capabilities["tools"] == {"listChanged": False}
        for mode in ("auto", "legacy"):
            async with sdk(here.url, mode) as client:
                assert client.server_capabilities.resources.subscribe

    async def test_the_catalogue_says_what_is_filtered_how_and_what_is_told(self, here: Office) -> None:
        types = {each["name"]: each for each in (await here.agent().ask("events/list"))["events"]}
        assert {"message.received", "call.incoming", "call.digits", "number_order.completed"} <= types.keys()
        call = types["call.ended"]
        assert call["delivery"] == ["poll", "push", "webhook"]
        assert call["inputSchema"]["properties"].keys() == {"number", "profile", "call"}
        assert call["inputSchema"]["additionalProperties"] is False
        assert "hangup_cause" in call["payloadSchema"]["properties"]
        assert (await here.agent().ask("events/list", cursor="more"))["code"] == -32602

    async def test_an_older_client_polls_and_subscribes_but_has_no_streams(self, here: Office) -> None:
        async with Peer.of(here.url) as peer:
            headers = await peer.session()
            types = message_in(await peer.legacy("events/list", **headers))["result"]["events"]
            assert {tuple(each["delivery"]) for each in types} == {("poll", "webhook")}
            told = message_in(await peer.legacy("events/poll", {"name": NAME, "cursor": None}, **headers))
            assert told["result"]["events"] == []
            assert message_in(await peer.legacy("events/stream", {"name": NAME}, **headers))["error"]["code"] == -32601

    async def test_what_a_surface_leaves_out_is_not_told_of(self, here: Office) -> None:
        async with Peer.of(here.url) as peer:
            for query in ("exclude_tools=list_events", "groups=messaging"):
                path = f"/mcp?{query}"
                assert message_in(await peer.modern("events/list", {}, path))["result"]["events"] == []
                refused = message_in(await peer.modern("events/poll", {"name": NAME}, path, mcp_name=None))
                assert refused["error"]["data"] == {"kind": "event"}


@pytest.mark.anyio
class TestPoll:
    async def test_pages_follow_each_other_and_miss_nothing(self, here: Office) -> None:
        agent = here.agent()
        first = await agent.ask("events/poll", name=NAME, arguments={"number": PERSON}, cursor=None)
        await here.happen(message(9, type_="message.failed"), *(message(n) for n in range(3)), message(1))
        page = await agent.ask("events/poll", name=NAME, cursor=first["cursor"], maxEvents=2)
        rest = await agent.ask("events/poll", name=NAME, cursor=page["cursor"])
        assert [each["eventId"] for each in page["events"]] == ["event-0", "event-1"]
        assert [each["eventId"] for each in rest["events"]] == ["event-2"]
        assert (page["hasMore"], rest["hasMore"], page["truncated"]) == (True, False, False)
        assert page["events"][0]["data"] == {"message_id": "message-0", "from": PERSON, "to": OURS}
        elsewhere = {"number": "+13125559999"}
        assert (await agent.ask("events/poll", name=NAME, arguments=elsewhere, cursor=first["cursor"]))["events"] == []

    async def test_a_cursor_that_is_none_of_ours_begins_anew_and_says_so(self, here: Office) -> None:
        await here.happen(message(1))
        for cursor in ("old-7", "999999999.1", "7", "", "1.1; DROP"):
            told = await here.agent().ask("events/poll", name=NAME, cursor=cursor)
            assert (told["events"], told["truncated"]) == ([], True), cursor
            assert (await here.agent().ask("events/poll", name=NAME, cursor=told["cursor"]))["truncated"] is False

    async def test_what_is_older_than_was_asked_for_is_skipped_and_told(self, here: Office) -> None:
        await here.happen(message(1, at=1_000.0), message(2))
        told = await here.agent().ask("events/poll", name=NAME, cursor="0.0", maxAgeMs=60_000)
        assert [each["eventId"] for each in told["events"]] == ["event-2"]
        assert told["truncated"] is True

    async def test_whoever_reads_while_the_store_is_away_is_told_when_to_try_again(
        self, here: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fails(*_: object) -> None:
            raise StoreUnavailable

        journal = here.services.inbox_events.store.journal
        for name in ("end", "after", "newest"):
            monkeypatch.setattr(journal, name, fails)
        listened = {"notifications": {"resourceSubscriptions": ["telnyx://events"]}}
        for method, params in (
            ("events/poll", {"name": NAME, "cursor": None}),
            ("events/stream", {"name": NAME, "cursor": None}),
            ("subscriptions/listen", listened),
            ("completion/complete", COMPLETION),
        ):
            told = await here.agent().ask(method, **params)
            assert (told["code"], told["data"]["code"]) == (-32603, "store_unavailable"), method
            assert told["data"]["retry_after_secs"] >= 1

    async def test_the_tools_take_its_cursor(self, here: Office) -> None:
        told = await here.agent().ask("events/poll", name=NAME, cursor=None)
        await here.happen(message(1))
        async with sdk(here.url, "auto") as client:
            listed = await client.call_tool("wait_for_event", {"since": told["cursor"], "timeout_secs": 0})
        assert [each["id"] for each in listed.structured_content["events"]] == ["event-1"]

    async def test_errors_have_the_numbers_of_the_profile_that_the_client_speaks(self, here: Office) -> None:
        for declares, code in ((True, -32023), (False, -32011)):
            refused = await here.agent(declares=declares).ask("events/poll", name="nope")
            assert refused == {"code": code, "message": "NotFound", "data": {"kind": "event"}}


@pytest.mark.anyio
class TestStream:
    async def test_events_come_as_they_happen_with_cursors_to_go_on_from(self, here: Office) -> None:
        await here.happen(message(1))
        async with streamed(here.url, name=NAME, cursor="0.0") as frames:
            assert [(await anext(frames))["method"].rpartition("/")[2] for _ in range(2)] == ["active", "event"]
            await here.happen(message(2), message(3, type_="message.failed"), message(4))
            live = [(await anext(frames))["params"] for _ in range(2)]
        assert [each["eventId"] for each in live] == ["event-2", "event-4"]
        assert live[0]["_meta"] == {"io.modelcontextprotocol/subscriptionId": 1}
        async with streamed(here.url, name=NAME, cursor=live[0]["cursor"]) as frames:
            await anext(frames)
            assert (await anext(frames))["params"]["eventId"] == "event-4"

    async def test_quiet_streams_say_that_they_live(self, here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("telnyx_remote_mcp.protocol.events.HEARTBEAT_SECS", 0.05)
        async with streamed(here.url, name=NAME, cursor=None) as frames:
            active, beat = await anext(frames), await anext(frames)
        assert beat["method"] == "notifications/events/heartbeat"
        assert beat["params"]["cursor"].partition(".")[0] == active["params"]["cursor"].partition(".")[0]

    async def test_another_account_hears_nothing(self, here: Office) -> None:
        async with streamed(here.url, OTHER_KEY, name=NAME, cursor=None) as frames:
            await anext(frames)
            await here.happen(message(1))
            await here.happen(message(2), key=OTHER_KEY)
            assert (await anext(frames))["params"]["eventId"] == "event-2"

    async def test_they_end_with_their_result_when_the_server_does(self, here: Office) -> None:
        async with streamed(here.url, name=NAME, cursor=None) as frames:
            await anext(frames)
            here.open_requests.close()
            assert (await anext(frames))["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == 1

    async def test_a_client_that_takes_json_alone_is_told_why_it_cannot_have_one(self, here: Office) -> None:
        async with Peer.of(here.url) as peer:
            for method, params in (("events/stream", {"name": NAME}), ("subscriptions/listen", {"notifications": {}})):
                answer = await peer.modern(method, params, accept="application/json", mcp_name=None)
                assert answer.status_code == 406
                assert "text/event-stream" in answer.text


@asynccontextmanager
async def sdk(url: str, mode: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=20) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def streamed(url: str, key: str = KEY, **params: Any) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The messages of a stream of events."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": MODERN,
        "Mcp-Method": "events/stream",
    }
    body = modern("events/stream", params)
    async with (
        httpx2.AsyncClient(timeout=10) as http,
        http.stream("POST", f"{url}/mcp", json=body, headers=headers) as response,
    ):
        yield (json.loads(line[6:]) async for line in response.aiter_lines() if line.startswith("data: {"))


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_over_stdio_events_are_fetched_by_asking_telnyx_and_nobody_is_delivered_to(
    tmp_path: Path, mode: str
) -> None:
    clock = Clock()
    async with serving_sandbox(create_sandbox(clock=clock)) as telnyx:
        settings = Settings(data_dir=tmp_path, api_base_url=telnyx, api_key="KEY_sandbox_stdio")
        async with local_server(settings) as server, Client(server, mode=mode) as client:
            made = await client.call_tool("make_call", {"to": "+15550000486", "from_number": "+12025550101"})
            call = made.structured_content["call_control_id"]
            clock.advance(60)
            told = await asked(client, "events/list")
            assert {tuple(each["delivery"]) for each in told["events"]} <= {("poll",), ("poll", "push")}
            found = await asked(client, "events/poll", name="call.ended", cursor="0.0")
            assert [each["data"]["call_control_id"] for each in found["events"]] == [call]
            events = json.loads((await client.read_resource("telnyx://events")).contents[0].text)["events"]
            assert call in {each.get("call_control_id") for each in events}
            delivery = {"url": "https://hooks.example.com/", "secret": secret()}
            with pytest.raises(MCPError, match="Unsupported"):
                await asked(client, "events/subscribe", name="call.ended", delivery=delivery)


async def asked(client: Client, method: str, **params: Any) -> dict[str, Any]:
    """The result of a method that the SDK's client does not know."""
    request = types.Request[dict[str, Any], str](method=method, params=params)
    told = await client.session.send_request(request, Anything)
    return told.model_dump()


class Anything(BaseModel):
    """Any result."""

    model_config = ConfigDict(extra="allow")
