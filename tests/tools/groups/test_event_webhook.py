"""This server is told of a message or a call where nobody says who is, if nobody else is told."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.contexts import OneInbox
from tests.tools.groups import sandboxed

from telnyx_tools.api.client import Telnyx
from telnyx_tools.registry import registry
from telnyx_tools.shared.event_webhook import APPLICATION, PROFILE

SENDER, PERSON = "+12025550101", "+12025554711"
OURS, THEIRS = "http://192.0.2.1/webhooks/mine", "https://example.com/theirs"

pytestmark = pytest.mark.anyio


class Account:
    """An account of the sandbox, and what it was asked."""

    def __init__(self, telnyx: Telnyx, control: httpx2.AsyncClient) -> None:
        self.telnyx, self.control, self.inbox = telnyx, control, OneInbox(OURS)
        self.profile = self.application = ""

    async def __call__(self, tool: str, **arguments: object) -> dict[str, Any]:
        context = contexts.context(self.telnyx, inbox=self.inbox)
        return (await contexts.run(registry().tools[tool], arguments, context)).wire()

    async def tells(self, url: str | None, failover: str | None = None, version: str = "2") -> None:
        """The webhooks of the profile and of the application."""
        of = {"webhook_url": url or "", "webhook_failover_url": failover or "", "webhook_api_version": version}
        await self.telnyx.patch(PROFILE, body=of, messaging_profile_id=self.profile)
        of = {"webhook_event_url": url or "", "webhook_event_failover_url": failover or ""}
        of |= {"webhook_api_version": version, "application_name": "Voice"}
        await self.telnyx.patch(APPLICATION, body=of, id=self.application)

    async def told(self, **how: object) -> object:
        """Who is told of a message."""
        sent = await self("send_message", **{"to": PERSON, "from_number": SENDER, "text": "Hello", **how})
        return (await self("get_message", message_id=sent["id"], detail="full")).get("webhook_url") or None

    async def asked(self) -> list[str]:
        return [f"{seen['method']} {seen['path']}" for seen in (await self.control.get("/requests")).json()["data"]]


@pytest.fixture
async def account(telnyx: Telnyx) -> AsyncIterator[Account]:
    base = str(telnyx._api.base_url).removesuffix("/v2")
    async with httpx2.AsyncClient(base_url=f"{base}/sandbox") as control:
        account = Account(telnyx, control)
        account.profile = (await account("list_messaging_profiles"))["items"][0]["id"]
        account.application = (await account("list_call_control_applications"))["items"][0]["id"]
        yield account


async def placed(own: Mapping[str, str] | None = None, **how: object) -> dict[str, Any]:
    """The body of a call through an application that has these settings of its `own`."""
    application = {"id": "7", "webhook_api_version": "2", **(own or {})}
    bodies: list[dict[str, Any]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            bodies.append(httpx2.Response(200, content=request.content).json())
        return httpx2.Response(200, json={"data": application})

    async with sandboxed.answering(answer) as telnyx:
        context = contexts.context(telnyx, inbox=OneInbox(OURS))
        arguments = {"to": PERSON, "from_number": SENDER, "connection_id": "7", **how}
        await contexts.run(registry().tools["make_call"], arguments, context)
    (body,) = bodies
    return body


async def test_a_message_is_told_here_only_if_its_profile_tells_nobody(account: Account) -> None:
    for sender in ({}, {"messaging_profile_id": account.profile}):
        await account.tells(None)
        assert await account.told(**sender) == OURS
        await account.tells(THEIRS)
        assert await account.told(**sender) == THEIRS
        await account.tells(None, THEIRS)
        assert await account.told(**sender) is None
        await account.tells(None)


async def test_a_call_is_told_here_only_if_its_application_tells_nobody() -> None:
    assert (await placed())["webhook_url"] == OURS
    for own in ({"webhook_event_url": THEIRS}, {"webhook_event_failover_url": THEIRS}, {"webhook_api_version": "1"}):
        assert "webhook_url" not in await placed(own)
    assert (await placed({"webhook_event_url": THEIRS}, events=True))["webhook_url"] == OURS
    assert (await placed(webhook_url=THEIRS))["webhook_url"] == THEIRS
    for how in ({"events": False}, {"webhook_url_method": "GET"}):
        assert "webhook_url" not in await placed(**how)


async def test_the_accounts_only_application_is_looked_at_too(account: Account) -> None:
    call = {"to": PERSON, "from_number": SENDER}
    for url in (None, THEIRS):
        await account.tells(url)
        await account("make_call", **call)
        assert (await account.asked())[-2:] == [f"GET /call_control_applications/{account.application}", "POST /calls"]


async def test_what_cannot_be_learnt_is_not_set(account: Account) -> None:
    await account.tells(None)
    for path in ("/phone_numbers/messaging", f"/messaging_profiles/{account.profile}"):
        for status in (403, 404):
            fault = {"path": path, "method": "GET", "status": status}
            assert (await account.control.post("/faults", json=[fault])).status_code == 201
            assert await account.told() is None
    assert await account.told() == OURS


async def test_one_for_which_another_is_named_is_not_told_here(account: Account) -> None:
    await account.tells(None)
    assert await account.told(webhook_url=THEIRS) == THEIRS
    assert await account.told(webhook_failover_url=THEIRS) is None
    assert await account.told(send_at="2026-09-21T15:13:20Z") is None, "somebody may be told until then"


@pytest.mark.parametrize("is_reachable", [True, False])
async def test_nothing_is_read_where_it_would_change_nothing(account: Account, is_reachable: bool) -> None:
    await account.tells(None)
    account.inbox.url = OURS if is_reachable else None
    before = await account.asked()
    for how in ({"events": False},) if is_reachable else ({}, {"events": True}, {"events": False}):
        await account("send_message", to=PERSON, from_number=SENDER, text="Hello", **how)
        await account("make_call", to=PERSON, from_number=SENDER, connection_id=account.application, **how)
    sent = (await account.asked())[len(before) :]
    assert set(sent) == {"POST /messages", "POST /calls"}
