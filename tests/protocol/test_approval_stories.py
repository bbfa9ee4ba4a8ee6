"""The whole story of a yes: every kind of client, over HTTP and stdio, in both eras, at two replicas of one store."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

import httpx2
import mcp_types as types
import pytest
from mcp.client.streamable_http import streamable_http_client
from tests.protocol.approving import CLIENTS, TLS, Agent, Owner, Word
from tests.server.serving import serving
from tests.server.web.people import filled

from telnyx_remote_mcp.auth import passphrase
from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.guardrails import approvals
from telnyx_remote_mcp.protocol.server import ALLOW_DUPLICATE
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.web.linking import guard
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.server import serving as serving_sandbox

pytestmark = pytest.mark.anyio

OWNER, OTHER = "KEY_sandbox_owner", "KEY_sandbox_other"
PASSPHRASE = "correct horse battery"


@dataclass
class Site:
    """A server, over HTTP or for one person, with a twin on the same store, and the sandbox that counts."""

    kind: Literal["http", "stdio"]
    places: tuple[Any, Any]
    sandbox: str
    owner: Owner

    @asynccontextmanager
    async def agent(
        self, kind: str, mode: str, *, name: str = "agent", key: str = OWNER, replica: int = 0
    ) -> AsyncIterator[Agent]:
        async with AsyncExitStack() as until:
            place: Any = self.places[replica]
            if self.kind == "http":
                http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=20, verify=TLS)
                place = streamable_http_client(f"{place}/mcp", http_client=await until.enter_async_context(http))
            asks = self.owner if CLIENTS[kind].elicitation is not None else None
            info = types.Implementation(name=name, version="1")
            agent = Agent(place, mode=mode, client_info=info, elicitation_callback=asks)
            agent.declared = CLIENTS[kind]
            yield await until.enter_async_context(agent)

    async def sent(self) -> int:
        async with httpx2.AsyncClient(verify=TLS) as http:
            seen = await http.get(f"{self.sandbox.removesuffix('/v2')}/sandbox/requests")
        return sum(request["method"] == "POST" for request in seen.json()["data"])


@asynccontextmanager
async def sites(directory: Path) -> AsyncIterator[list[Site]]:
    """One site over HTTP and one over stdio; both ask about everything that spends."""
    (directory / "policy.toml").write_text('[effects]\nspends = "ask"\n')
    async with AsyncExitStack() as until:
        found = []
        for kind in ("http", "stdio"):
            sandbox = await until.enter_async_context(serving_sandbox(create_sandbox()))
            browser = httpx2.AsyncClient(follow_redirects=True, timeout=20, verify=TLS)
            await until.enter_async_context(browser)
            given = {"api_base_url": sandbox, "policy": directory / "policy.toml", "data_dir": directory / kind}
            if kind == "http":
                urls = [await until.enter_async_context(over_http(Settings(**given))) for _ in range(2)]
                found.append(Site("http", (urls[0], urls[1]), sandbox, Owner(OWNER, browser, urls[1])))
            else:
                passphrase.keep(directory / kind, PASSPHRASE)
                servers = [
                    await until.enter_async_context(local_server(Settings(**given, api_key=OWNER))) for _ in range(2)
                ]
                found.append(Site("stdio", (servers[0], servers[1]), sandbox, Owner(PASSPHRASE, browser, None)))
        yield found


@asynccontextmanager
async def over_http(settings: Settings) -> AsyncIterator[str]:
    app = create_app(settings)
    async with app.router.lifespan_context(app), serving(app) as url:
        yield url


async def text(agent: Agent, words: str) -> dict[str, Any]:
    """What comes of a text, which is meant although the same one may have been sent: nothing but the yes guards it."""
    arguments = {"to": "+12025550123", "from_number": "+12025550101", "text": words}
    result = await agent.call_tool("send_message", arguments, meta={ALLOW_DUPLICATE: True})
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    read: dict[str, Any] = json.loads(block.text)
    return read


def code(read: Mapping[str, Any]) -> str:
    return str(read.get("error", {}).get("code", "done"))


async def told(site: Site, agent: Agent, words: str, word: Word) -> str:
    """What comes of a text after the person was asked, by whatever way the client has, and said this."""
    site.owner.word = word
    read = await text(agent, words)
    if code(read) != "approval_required":
        return code(read)
    await site.owner.decide(read["error"]["link"])
    return code(await text(agent, words))


async def test_a_yes_lets_one_call_of_one_client_through_once_whatever_the_client_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "FORMS_PER_MINUTE", 10_000)  # one person answers for all
    async with sites(tmp_path) as found:
        for site, kind, mode in product(found, CLIENTS, ("auto", "legacy")):
            story = f"{site.kind} {kind} {mode}"
            async with (
                site.agent(kind, mode) as agent,
                site.agent(kind, mode, replica=1) as twin,
                site.agent(kind, mode, name="another") as another,
            ):
                before = await site.sent()
                await _approved_once(site, agent, twin, another, story)
                await _denied(site, agent, f"{story} denied")
                assert await site.sent() == before + 1, story
                if CLIENTS[kind].elicitation is None:
                    await _decided_before(site, (agent, twin, another), kind, mode, story)
                    assert await site.sent() == before + 2, story
                with monkeypatch.context() as patched:
                    patched.setattr(approvals, "OPEN_SECS", 0)
                    site.owner.wakes = patched.undo
                    late = await told(site, agent, f"{story} late", "once")
                assert late == ("approval_required" if CLIENTS[kind].elicitation is None else "refused"), story
                assert await site.sent() == before + (2 if CLIENTS[kind].elicitation is None else 1), story


async def _approved_once(site: Site, agent: Agent, twin: Agent, another: Agent, story: str) -> None:
    """Asked and approved once; replayed, at the other replica, by another client, with one character changed: asked."""
    heard = len(site.owner.heard)
    assert await told(site, agent, f"{story} a", "once") == "done", story
    for who, words in ((agent, f"{story} a"), (twin, f"{story} a"), (another, f"{story} a"), (agent, f"{story} b")):
        asked = await told(site, who, words, "deny")
        assert asked == "refused", story
    asked_about = [question for question in site.owner.heard[heard:] if "wants to send message" in question]
    assert len(asked_about) == (0 if agent.declared.elicitation is None else 4), story


async def _denied(site: Site, agent: Agent, words: str) -> None:
    """A no is heard, and stays when the person would say yes to the same call."""
    assert await told(site, agent, words, "deny") == "refused"
    assert await told(site, agent, words, "once") == "refused"


async def _decided_before(site: Site, agents: tuple[Agent, Agent, Agent], kind: str, mode: str, story: str) -> None:
    """A yes that waits on the page: nobody can give or take it but the person and the very call, at either replica."""
    agent, twin, another = agents
    link = (await text(agent, f"{story} c"))["error"]["link"]
    await _approves_itself(site, link)
    assert code(await text(agent, f"{story} c")) == "approval_required", story
    site.owner.word = "once"
    assert "You agreed" in await site.owner.decide(link), story
    for who, words in ((agent, f"{story} d"), (another, f"{story} c")):
        assert code(await text(who, words)) == "approval_required", story
    if site.kind == "http":
        async with site.agent(kind, mode, key=OTHER) as stranger:
            assert code(await text(stranger, f"{story} c")) == "approval_required", story
    assert [code(await text(who, f"{story} c")) for who in (twin, agent)] == ["done", "approval_required"], story


async def _approves_itself(site: Site, link: str) -> None:
    """What an agent with curl and the answer in hand tries."""
    page = site.owner.page(link)
    async with httpx2.AsyncClient(follow_redirects=True, verify=TLS) as curl:
        shown = await curl.get(page)
        assert "+12025550123" not in shown.text
        given = filled(shown.text)
        for data in ({"decision": "once"}, {**given, "decision": "once"}, {**given, "secret": "guess"}, {**given}):
            answer = await curl.post(page, data=data)
            assert "You agreed" not in answer.text
            assert "+12025550123" not in answer.text
