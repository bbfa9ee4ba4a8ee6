"""Each story of events whole, in one conversation with the installed program: over HTTP, where webhooks tell, and over
stdio, where Telnyx is asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from tests.e2e.clients import ERAS, call, connected, headers
from tests.e2e.processes import PROGRAM, UNATTENDED, environment, served
from tests.protocol.servers import ACCEPT, MODERN, modern
from tests.protocol.test_events import asked
from tests.server.stories.agent import KEY
from tests.server.stories.told.conversations import CUSTOMER, SENDER, attend, converse, dial

GROUPS = "events,call_control,messaging,numbers,assistants"


@dataclass(frozen=True)
class Agent:
    """An agent in one conversation; `url` is that of its server, None over stdio."""

    client: Client
    mode: str
    url: str | None = None

    @property
    def is_told(self) -> bool:
        """Whether webhooks reach its server."""
        return self.url is not None

    async def subscribed(self, name: str, ready: asyncio.Event) -> dict[str, Any]:
        """The first event that a subscriber is woken by: over a stream where there are streams, else by polling."""
        if self.url is None or self.mode == "legacy":
            return await self._polled(name, ready)
        routing = {"Accept": ACCEPT, "MCP-Protocol-Version": MODERN, "Mcp-Method": "events/stream"}
        body = modern("events/stream", {"name": name, "cursor": None})
        async with (
            httpx2.AsyncClient(timeout=30) as http,
            http.stream("POST", self.url, json=body, headers={**headers(KEY), **routing}) as response,
        ):
            async for line in response.aiter_lines():
                message = json.loads(line[6:]) if line.startswith("data: {") else {}
                if message.get("method") == "notifications/events/active":
                    ready.set()
                if message.get("method") == "notifications/events/event":
                    told: dict[str, Any] = message["params"]
                    return told
        raise AssertionError("the stream ended")

    async def _polled(self, name: str, ready: asyncio.Event) -> dict[str, Any]:
        told = await asked(self.client, "events/poll", name=name, cursor=None)
        ready.set()
        while not told["events"]:
            await asyncio.sleep(told["nextPollMs"] / 1_000)
            told = await asked(self.client, "events/poll", name=name, cursor=told["cursor"])
        event: dict[str, Any] = told["events"][0]
        return event


@pytest.fixture(params=[*ERAS, "stdio"])
async def agent(request: pytest.FixtureRequest, sandbox: httpx2.AsyncClient, tmp_path: Path) -> AsyncIterator[Agent]:
    """An agent of the program, in a process of its own, over each transport."""
    base_url = str(sandbox.base_url).rstrip("/")
    if request.param == "stdio":
        variables = environment(tmp_path, TELNYX_API_BASE_URL=base_url, TELNYX_API_KEY=KEY)
        arguments = ["stdio", "--policy", str(UNATTENDED), "--groups", GROUPS]
        async with Client(StdioServerParameters(command=PROGRAM, args=arguments, env=variables)) as client:
            yield Agent(client, "auto")
    else:
        with served(tmp_path, "--policy", str(UNATTENDED), TELNYX_API_BASE_URL=base_url) as server:
            url = f"{server.url}?groups={GROUPS}"
            async with connected(url, KEY, request.param) as client:
                yield Agent(client, request.param, url)


async def test_dial_speak_gather_four_digits_and_read_them(agent: Agent) -> None:
    gathered = await dial(agent.client, events=True)
    assert gathered["events"][0].get("polled") is (None if agent.is_told else True)


async def test_a_call_whose_application_tells_nobody_is_told_here(agent: Agent, sandbox: httpx2.AsyncClient) -> None:
    (application,) = (await call(agent.client, "list_call_control_applications"))["items"]
    quiet = {"application_name": "Voice", "webhook_event_url": "", "webhook_api_version": "2"}
    (await sandbox.patch(f"/call_control_applications/{application['id']}", json=quiet)).raise_for_status()
    gathered = await dial(agent.client)
    assert gathered["events"][0].get("polled") is (None if agent.is_told else True)


async def test_text_wait_for_the_delivery_then_for_the_reply_and_answer_it(
    agent: Agent, control: httpx2.AsyncClient
) -> None:
    await control.post("/settings", json={"records_after_secs": 3_600 if agent.is_told else 20})
    if agent.is_told:
        setup = await call(agent.client, "get_webhook_setup")
        (profile,) = [each for each in setup["webhooks"] if each["kind"] == "messaging_profile"]
        set_up = await call(agent.client, "set_up_webhooks", messaging_profile_id=profile["id"])
        assert (set_up["webhook_url"], set_up["here"]) == (setup["inbox_url"], True)
    reply = await converse(agent.client, control)
    assert reply["events"][0].get("polled") is (None if agent.is_told else True)
    listed = await call(agent.client, "get_webhook_events", event_type="message.received", limit=5)
    assert [event["text"] for event in listed["events"]] == ["Noon is fine"]


async def test_a_call_that_comes_in_wakes_a_subscriber_who_lets_an_assistant_answer_it(
    agent: Agent, control: httpx2.AsyncClient
) -> None:
    assistant = await call(agent.client, "create_assistant", name="Reception", instructions="Be kind.")
    if agent.is_told:
        (application,) = (await call(agent.client, "list_call_control_applications"))["items"]
        await call(agent.client, "set_up_webhooks", application_id=application["id"], replace=True)
    ready = asyncio.Event()
    woken = asyncio.create_task(agent.subscribed("call.incoming", ready))
    await ready.wait()
    arriving = {"key": KEY, "from": CUSTOMER, "to": SENDER, "rings_secs": 300}
    assert (await control.post("/calls", json=arriving)).status_code == 201
    told = (await woken)["data"]
    assert (told["from"], told["to"]) == (CUSTOMER, SENDER)
    await attend(agent.client, told["call_control_id"], assistant["id"])
