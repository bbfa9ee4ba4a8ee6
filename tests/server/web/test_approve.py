"""The page where a person decides about a call: an agent cannot decide for them, and a yes is for one call."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.protocol.servers import Peer, message_in
from tests.server.serving import serving
from tests.server.web.people import filled

from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.settings import Settings

pytestmark = pytest.mark.anyio

KEY, OTHER_KEY = "KEY_sandbox_owner", "KEY_sandbox_other"
TEXT = {"from_number": "+12025550101", "to": "+12025550123", "text": "hi"}


@dataclass
class Office:
    """A server that asks about everything that spends, and the sandbox behind it."""

    url: str
    upstream: str

    async def call(self, tool: str, arguments: dict[str, Any], key: str = KEY) -> dict[str, Any]:
        """What an agent reads whose client shows no forms."""
        async with Peer.of(self.url, key) as peer:
            answer = await peer.modern("tools/call", {"name": tool, "arguments": arguments})
        (content,) = message_in(answer)["result"]["content"]
        read: dict[str, Any] = json.loads(content["text"])
        return read

    async def link(self) -> str:
        """The link that the agent is given for a text."""
        return str((await self.call("send_message", TEXT))["error"]["link"])

    async def sent(self) -> int:
        """The messages that the sandbox was asked to send."""
        async with httpx2.AsyncClient() as http:
            seen = await http.get(f"{self.upstream.removesuffix('/v2')}/sandbox/requests")
        return sum(request["method"] == "POST" for request in seen.json()["data"])


@pytest.fixture
async def office(tmp_path: Path, upstream: str) -> AsyncIterator[Office]:
    (tmp_path / "policy.toml").write_text('[effects]\nspends = "ask"\n')
    app = create_app(Settings(data_dir=tmp_path, api_base_url=upstream, policy=tmp_path / "policy.toml"))
    async with app.router.lifespan_context(app), serving(app) as url:
        yield Office(url, upstream)


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=office.url, follow_redirects=True, timeout=20) as http:
        yield http


def at(link: str, office: Office) -> str:
    """The link as the browser of this test reaches it: the server's own port was not known before."""
    return office.url + "/approve/" + link.rpartition("/approve/")[2]


async def prove(browser: httpx2.AsyncClient, page: str, key: str = KEY) -> httpx2.Response:
    form = await browser.get(page)
    return await browser.post(page, data={**filled(form.text), "secret": key})


async def test_the_owner_agrees_once_and_the_call_is_made_once(office: Office, browser: httpx2.AsyncClient) -> None:
    page = at(await office.link(), office)
    assert await office.sent() == 0
    shown = await prove(browser, page)
    text = " ".join(re.sub(r"<[^>]*>", " ", shown.text).split())
    assert "test wants to send message" in text
    assert "to +12025550123" in text
    assert "The policy of this server asks about every such call" in text
    decided = await browser.post(page, data={**filled(shown.text), "decision": "once"})
    assert "You agreed" in decided.text
    assert "id" in await office.call("send_message", TEXT)
    assert "This was done" in (await browser.get(page)).text
    assert (await office.call("send_message", TEXT))["duplicate_of"]
    assert await office.sent() == 1
    assert (await office.call("send_message", {**TEXT, "text": "hj"}))["error"]["code"] == "approval_required"
    assert await office.sent() == 1


async def test_a_no_is_told_to_the_agent(office: Office, browser: httpx2.AsyncClient) -> None:
    told = (await office.call("send_message", TEXT))["error"]
    page = at(told["link"], office)
    shown = await prove(browser, page)
    await browser.post(page, data={**filled(shown.text), "decision": "deny"})
    assert (await office.call("get_approval", {"approval_id": told["approval_id"]}))["decision"] == "denied"
    assert (await office.call("send_message", TEXT))["error"]["code"] == "refused"
    assert await office.sent() == 0


async def test_an_agent_with_the_link_cannot_agree(office: Office, browser: httpx2.AsyncClient) -> None:
    page = at(await office.link(), office)
    form = await browser.get(page)
    assert "+12025550123" not in form.text
    for data in ({"decision": "once"}, {**filled(form.text), "decision": "once"}, {**filled(form.text), "secret": ""}):
        await browser.post(page, data=data)
    await prove(browser, page, "KEY_unknown")
    assert (await office.call("send_message", TEXT))["error"]["code"] == "approval_required"
    assert await office.sent() == 0


async def test_another_account_neither_sees_nor_decides(office: Office, browser: httpx2.AsyncClient) -> None:
    page = at(await office.link(), office)
    shown = await prove(browser, page, OTHER_KEY)
    assert "another Telnyx account" in shown.text
    assert "+12025550123" not in shown.text
    await browser.post(page, data={**filled(shown.text), "decision": "once"})
    assert (await office.call("send_message", TEXT))["error"]["code"] == "approval_required"


async def test_a_form_of_another_browser_decides_nothing(office: Office, browser: httpx2.AsyncClient) -> None:
    page = at(await office.link(), office)
    shown = await prove(browser, page)
    async with httpx2.AsyncClient() as thief:
        forged = await thief.post(page, data={**filled(shown.text), "decision": "once"})
    assert forged.status_code == 403
    assert (await office.call("send_message", TEXT))["error"]["code"] == "approval_required"


async def test_a_link_that_nobody_was_given_has_nothing_to_decide(browser: httpx2.AsyncClient) -> None:
    for id_ in ("x", "A" * 32):
        assert (await browser.get(f"/approve/{id_}")).status_code == 410
        assert (await browser.post(f"/approve/{id_}", data={"decision": "once"})).status_code == 410
