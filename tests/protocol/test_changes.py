"""What an open request is told when the owner of the account changes what its connection may have."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from tests.e2e.test_sign_in import signed_in
from tests.protocol.servers import MODERN, Peer, message_in, modern
from tests.protocol.test_resources import older
from tests.server.events.inboxes import message
from tests.server.events.subscribers import EXTENSION
from tests.server.serving import serving
from tests.server.web.people import Person

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.events.inbox_events import InboxEvents
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.server import serving as serving_sandbox
from telnyx_tools.tool.event import Event

KEY = "KEY_sandbox_changes"
ASKS = {"notifications": {"eventsListChanged": True, "toolsListChanged": True}}


@dataclass(frozen=True)
class Site:
    """A server on a sandbox, and an agent that signed in there."""

    base_url: str
    settings: Settings

    @property
    def url(self) -> str:
        return f"{self.base_url}/mcp"

    async def permit(self, **levels: str) -> None:
        """As the owner, change on the account page how far the agent may go; a product of no level it may not use."""
        async with httpx2.AsyncClient(base_url=self.base_url) as http:
            person = Person(http)
            changed = await person.submit(await person.enter_account(KEY), "/account/change", **levels)
            assert changed.status_code == 303, changed.text

    async def happen(self, event: Event) -> None:
        """Have an event come to the account."""
        secret = Secret.load(self.settings.secret, self.settings.data_dir)
        async with aclosing(open_store(self.settings)) as store:
            principal = ApiKeys(_nobody, lambda: secret.derive("pepper")).principal(KEY)
            assert await InboxEvents(store, lambda: secret).append(principal, event)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with serving_sandbox(create_sandbox()) as telnyx:
        settings = Settings(api_base_url=telnyx, data_dir=tmp_path, port=port)
        app = create_app(settings)
        async with app.router.lifespan_context(app), serving(app, port=port) as url:
            yield Site(url, settings)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telnyx_remote_mcp.protocol.resources.LOOK_SECS", 0.1)
    monkeypatch.setattr("telnyx_remote_mcp.protocol.events.HEARTBEAT_SECS", 0.1)


@pytest.mark.anyio
class TestListChanged:
    async def test_a_client_that_asked_hears_that_the_list_of_events_is_another_one(self, site: Site) -> None:
        token = await signed_in(site, KEY, level="look")
        async with opened(site, token, "subscriptions/listen", ASKS) as frames, Peer.of(site.base_url, token) as peer:
            begun = await anext(frames)
            assert begun["params"]["notifications"] == {"eventsListChanged": True}
            before = await offered(peer)
            await site.permit(level_messaging="")
            async with asyncio.timeout(20):
                told = await anext(frames)
            assert told["method"] == "notifications/events/list_changed"
            assert told["params"]["_meta"] == {"io.modelcontextprotocol/subscriptionId": 1}
            after = await offered(peer)
        assert before - after == {"message.received", "message.delivered", "message.failed"}
        assert after

    async def test_whoever_has_not_asked_is_not_told(self, site: Site) -> None:
        token = await signed_in(site, KEY, level="look")
        quiet = {"notifications": {"resourceSubscriptions": ["telnyx://events"]}}
        async with (
            opened(site, token, "subscriptions/listen", quiet) as frames,
            opened(site, token, "subscriptions/listen", ASKS) as others,
        ):
            assert "eventsListChanged" not in (await anext(frames))["params"]["notifications"]
            await anext(others)
            await site.permit(level_messaging="")
            async with asyncio.timeout(20):
                await anext(others)
            await site.happen(message(1))
            async with asyncio.timeout(20):
                assert (await anext(frames))["method"] == "notifications/resources/updated"

    async def test_a_resource_that_may_be_read_no_more_is_not_told_of(self, site: Site) -> None:
        token = await signed_in(site, KEY, level="look")
        both = {"telnyx://events", "telnyx://sms/conversations"}
        watched = {"notifications": {"resourceSubscriptions": sorted(both)}}
        async with opened(site, token, "subscriptions/listen", watched) as frames:
            assert (await anext(frames))["params"]["notifications"] == watched["notifications"]
            told = []
            for number, level in enumerate(("look", "", "", "look")):
                await site.permit(level_messaging=level)
                await site.happen(message(number))
                async with asyncio.timeout(20):
                    told.append({(await anext(frames))["params"]["uri"] for _ in (both if level else {"events"})})
        assert told == [both, {"telnyx://events"}, {"telnyx://events"}, both]

    @pytest.mark.filterwarnings("ignore:resources/.*subscribe is removed")  # from newer protocols
    async def test_nor_is_an_older_client_over_its_connection(self, site: Site) -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def hear(told: Any) -> None:
            if isinstance(told, types.ResourceUpdatedNotification):
                heard.put_nowait(told.params.uri)

        both = {"telnyx://events", "telnyx://sms/conversations"}
        async with older(site.base_url, hear, await signed_in(site, KEY, level="look")) as client:
            for uri in both:
                await client.subscribe_resource(uri)
            told = []
            for number, level in enumerate(("look", "", "", "look")):
                await site.permit(level_messaging=level)
                await site.happen(message(number))
                async with asyncio.timeout(20):
                    told.append({await heard.get() for _ in (both if level else {"events"})})
        assert told == [both, {"telnyx://events"}, {"telnyx://events"}, both]

    async def test_it_is_announced_to_clients_that_can_ask_for_it(self, site: Site) -> None:
        async with Peer.of(site.base_url, KEY) as peer:
            told = message_in(await peer.modern("server/discover"))["result"]["capabilities"]
        assert told["extensions"] == {EXTENSION: {"listChanged": True}}


@pytest.mark.anyio
class TestStreams:
    @pytest.mark.parametrize("happens", [True, False])
    async def test_a_stream_of_events_that_are_permitted_no_more_ends_and_says_why(
        self, site: Site, happens: bool
    ) -> None:
        token = await signed_in(site, KEY, level="look")
        declared = {"_meta": {**modern("")["params"]["_meta"], CAPABILITIES: {"extensions": {EXTENSION: {}}}}}
        params = {"name": "message.received", "cursor": None, **declared}
        async with opened(site, token, "events/stream", params) as frames:
            assert (await anext(frames))["method"] == "notifications/events/active"
            await site.permit(level_messaging="")
            async with Peer.of(site.base_url, token) as peer, asyncio.timeout(20):
                while "message.received" in await offered(peer):
                    pass
            if happens:
                await site.happen(message(1))
            methods = []
            async with asyncio.timeout(20):
                async for frame in frames:
                    methods.append(frame.get("method", "").rpartition("/")[2])
                    if methods[-1] == "terminated":
                        error = frame["params"]["error"]
        assert error == {"code": -32024, "message": "Forbidden"}
        assert "event" not in methods
        assert methods[-1] == "", "its result"

    async def test_a_stream_of_what_is_still_permitted_goes_on(self, site: Site) -> None:
        token = await signed_in(site, KEY, level="look")
        async with opened(site, token, "events/stream", {"name": "message.received", "cursor": None}) as frames:
            await anext(frames)
            await site.permit(level_call_control="")
            async with Peer.of(site.base_url, token) as peer, asyncio.timeout(20):
                while "call.ended" in await offered(peer):
                    pass
            await site.happen(message(1))
            async with asyncio.timeout(20):
                while (frame := await anext(frames))["method"].endswith("heartbeat"):
                    pass
            assert frame["params"]["eventId"] == "event-1"


CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"


async def offered(peer: Peer) -> set[str]:
    """The types of events that the connection may have."""
    return {each["name"] for each in message_in(await peer.modern("events/list"))["result"]["events"]}


@asynccontextmanager
async def opened(
    site: Site, token: str, method: str, params: dict[str, Any]
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The messages of a request that stays open."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": MODERN,
        "Mcp-Method": method,
    }
    async with (
        httpx2.AsyncClient(timeout=20) as http,
        http.stream("POST", site.url, json=modern(method, params), headers=headers) as response,
    ):
        yield (json.loads(line[6:]) async for line in response.aiter_lines() if line.startswith("data: {"))


async def _nobody(_: object) -> Verdict:
    return Verdict.UNKNOWN
