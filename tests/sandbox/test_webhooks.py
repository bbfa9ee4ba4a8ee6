"""Webhooks that the sandbox sends to programs on this machine."""

import asyncio
import base64
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.server.serving import serving

from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving as serving_sandbox

KEY, PERSON = "KEY_sandbox_webhooks", "+12025550123"


class Hook:
    """A program that is told: refuses the first `refusals` webhooks, and keeps the others."""

    def __init__(self, refusals: int = 0) -> None:
        self.url = ""
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self._refusals = refusals
        self._changed = asyncio.Event()

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if self._refusals:
            self._refusals -= 1
            return Response(status_code=500)
        self.got.append((body, dict(request.headers)))
        self._changed.set()
        return Response(status_code=200)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body)["data"] for body, _ in self.got]

    async def told(self, *names: str) -> list[dict[str, Any]]:
        """The first events of these names, once all are here."""
        with anyio.fail_after(10):
            while Counter(names) - Counter(event["event_type"] for event in self.events):
                self._changed.clear()
                await self._changed.wait()
        return [next(event for event in self.events if event["event_type"] == name) for name in names]


@asynccontextmanager
async def hooked(refusals: int = 0) -> AsyncIterator[tuple[Hook, httpx2.AsyncClient, httpx2.AsyncClient]]:
    """A program, the sandbox's API, and its switches."""
    hook = Hook(refusals)
    app = Starlette(routes=[Route("/hook", hook.take, methods=["POST"])])
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        serving(app) as url,
        serving_sandbox(create_app()) as base_url,
        httpx2.AsyncClient(base_url=base_url, headers=headers) as api,
        httpx2.AsyncClient(base_url=base_url.removesuffix("/v2") + "/sandbox") as control,
    ):
        hook.url = f"{url}/hook"
        yield hook, api, control


async def number_of(api: httpx2.AsyncClient) -> tuple[str, str]:
    """A number of the account, and its messaging profile."""
    number = (await api.get("/phone_numbers")).json()["data"][0]
    profile = (await api.get("/messaging_profiles")).json()["data"][0]
    return number["phone_number"], profile["id"]


@pytest.mark.anyio
class TestWebhooks:
    async def test_a_message_and_its_answer_are_told_signed(self) -> None:
        async with hooked() as (hook, api, control):
            number, profile = await number_of(api)
            await api.patch(f"/messaging_profiles/{profile}", json={"webhook_url": hook.url})
            sent = await api.post("/messages", json={"from": number, "to": PERSON, "text": "Hello"})
            await hook.told("message.sent", "message.finalized")
            inbound = {"key": KEY, "channel": "sms", "from": PERSON, "to": number, "text": "Hi there"}
            await control.post("/inbound", json=inbound)
            (_, finalized, received) = await hook.told("message.sent", "message.finalized", "message.received")
            assert finalized["payload"]["id"] == sent.json()["data"]["id"]
            assert finalized["payload"]["to"][0]["status"] == "delivered"
            assert received["payload"]["text"] == "Hi there"
            public_key = (await api.get("/public_key")).json()["data"]["public"]
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
            for body, headers in hook.got:
                assert abs(int(headers["telnyx-timestamp"]) - time.time()) < 5
                signature = base64.b64decode(headers["telnyx-signature-ed25519"])
                key.verify(signature, headers["telnyx-timestamp"].encode() + b"|" + body)

    async def test_a_call_is_told_to_the_url_of_its_request(self) -> None:
        async with hooked() as (hook, api, _):
            number, _ = await number_of(api)
            application = (await api.get("/call_control_applications")).json()["data"][0]["id"]
            body = {"connection_id": application, "from": number, "to": PERSON, "webhook_url": hook.url}
            call = (await api.post("/calls", json=body)).json()["data"]
            initiated, answered = await hook.told("call.initiated", "call.answered")
            assert initiated["payload"]["call_control_id"] == call["call_control_id"]
            assert initiated["occurred_at"] < answered["occurred_at"]

    async def test_what_is_refused_comes_again_and_some_twice_where_that_is_asked_for(self) -> None:
        async with hooked(refusals=2) as (hook, api, control):
            number, _ = await number_of(api)
            await control.post("/webhooks", json={"retries_after_secs": [0.01, 0.01, 0.01], "duplicates": 1})
            body = {"from": number, "to": PERSON, "text": "Hello", "webhook_url": hook.url}
            await api.post("/messages", json=body)
            await hook.told("message.sent", "message.sent", "message.finalized", "message.finalized")
            attempts = [json.loads(body)["meta"]["attempt"] for body, _ in hook.got]
            assert max(attempts) >= 3

    async def test_nothing_is_sent_to_other_machines(self) -> None:
        async with hooked() as (hook, api, _):
            number, _ = await number_of(api)
            elsewhere = "http://192.0.2.1/hook?for=127.0.0.1"
            body = {"from": number, "to": PERSON, "text": "Hello"}
            await api.post("/messages", json={**body, "webhook_url": elsewhere})
            await api.post("/messages", json={**body, "webhook_url": hook.url})
            await hook.told("message.sent", "message.finalized")
            assert len(hook.got) == 2

    async def test_orders_and_verifications_are_told(self) -> None:
        async with hooked() as (hook, api, _):
            _, profile = await number_of(api)
            await api.patch(f"/messaging_profiles/{profile}", json={"webhook_url": hook.url})
            found = (await api.get("/available_phone_numbers?filter[country_code]=US&filter[limit]=1")).json()["data"]
            ordered = {"phone_numbers": [{"phone_number": found[0]["phone_number"]}], "messaging_profile_id": profile}
            order = (await api.post("/number_orders", json=ordered)).json()["data"]
            verify = (await api.get("/verify_profiles")).json()["data"][0]["id"]
            await api.patch(f"/verify_profiles/{verify}", json={"webhook_url": hook.url})
            body = {"phone_number": PERSON, "verify_profile_id": verify}
            verification = (await api.post("/verifications/sms", json=body)).json()["data"]
            await api.post(f"/verifications/{verification['id']}/actions/verify", json={"code": PERSON[-5:]})
            completed, accepted, delivered = await hook.told(
                "number_order.complete", "verify.completed", "verify.delivered"
            )
            assert (completed["payload"]["id"], completed["payload"]["status"]) == (order["id"], "success")
            assert (accepted["id"], accepted["payload"]["status"]) == (verification["id"], "accepted")
            assert delivered["id"] == accepted["id"], "as the real service has it"

    async def test_detail_records_come_as_late_as_is_asked_for(self) -> None:
        async with hooked() as (_, api, control):
            number, _ = await number_of(api)
            await control.post("/settings", json={"records_after_secs": 60})
            await control.post(
                "/inbound", json={"key": KEY, "channel": "sms", "from": PERSON, "to": number, "text": "x"}
            )
            query = "/detail_records?filter[record_type]=messaging&filter[direction]=inbound"
            assert (await api.get(query)).json()["data"] == []
            await control.post("/clock", json={"advance_secs": 61})
            (record,) = (await api.get(query)).json()["data"]
            assert record["cli"] == PERSON
