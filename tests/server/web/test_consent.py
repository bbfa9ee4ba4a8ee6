"""What a person agreed to on the page is all that the client's token reaches, whatever the client asked for."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.server.auth.oauth.replica import KEY, Replica, parameters_of, running
from tests.server.surface.test_permission import OPERATIONS, reached, shown
from tests.server.web.people import Person

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.scopes import lacks
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.web.linking import guard
from telnyx_remote_mcp.web.linking.offer import WORDS
from telnyx_tools.registry import registry
from telnyx_tools.tool.context import Action

PICKS = 40


@pytest.fixture
async def replica(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Replica]:
    monkeypatch.setattr(guard, "FORMS_PER_MINUTE", 1_000)
    async with running(tmp_path) as replica:
        yield replica


async def consent(replica: Replica, client_id: str, asked: str | None, **form: object) -> dict[str, str]:
    """The tokens of a client that asked for these scopes, after a person sent the page with this filled in."""
    person = Person(replica.http)
    page = await person.open(await replica.pending_id(client_id, scope=asked))
    replica.http.cookies.update(page.cookies)
    back = await person.submit(page, **{"action": "key", "api_key": KEY, **form})
    replica.http.cookies.clear()
    assert "code=" in back.headers["location"], back.text
    response = await replica.exchange(client_id, parameters_of(back.headers["location"])["code"])
    assert response.status_code == 200, response.text
    tokens: dict[str, str] = response.json()
    return tokens


async def caller(replica: Replica, token: str) -> Caller:
    return (await replica.oauth.tokens.verify(token, "/mcp")).caller


def beyond_and_within(replica: Replica, who: Caller) -> tuple[set[str], set[str]]:
    """What the caller reaches that was not permitted, and what was permitted and lacks a scope."""
    assert who.permission is not None
    assert who.scopes is not None
    surface = replica.surfaces.of(Selection(), who.permission)
    tools = [tool for tool in registry().tools.values() if tool.group in replica.surfaces.products and not tool.local]
    beyond, lacking = set(), set()
    for action in (*tools, *OPERATIONS):
        if reached(surface, action) and not shown(who.permission, action):
            beyond.add(action.name)
        if reached(surface, action) and lacks(who.scopes, action):
            lacking.add(action.name)
    return beyond, lacking


async def test_what_is_reached_is_what_the_page_showed_whatever_was_asked_for_and_ticked(replica: Replica) -> None:
    chance = random.Random(13)
    client_id = (await replica.register())["client_id"]
    products, scopes = replica.surfaces.products, sorted(replica.oauth.server._protocol.scopes.grantable)
    for _ in range(PICKS):
        asked = [scope for scope in scopes if chance.random() < chance.choice([0.05, 0.5])]
        ticked = [name for name in products if chance.random() < 0.2]
        level = chance.choice(list(Level))
        rest = {"rest": "yes"} if chance.random() < 0.3 else {}
        if ticked == ["lookup"] and not rest:
            level = Level.SPEND  # it has nothing that is free
        form = {"group": ["all", *ticked], "level": WORDS[level], **rest}
        tokens = await consent(replica, client_id, " ".join(asked) or None, **form)
        who = await caller(replica, tokens["access_token"])
        assert who.permission == permission(dict.fromkeys(ticked or products, level), level if rest else None)
        assert beyond_and_within(replica, who) == (set(), set())
        assert not asked or set(tokens["scope"].split()) <= set(asked) or not who.scopes & set(asked)


def actions(*names: str) -> list[Action]:
    return [registry().tools[name] for name in names]


async def test_a_client_is_told_no_scope_that_it_did_not_ask_for_and_has_what_was_chosen(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    tokens = await consent(replica, client_id, "messaging.read", level="spend")
    assert tokens["scope"] == "messaging.read"
    who = await caller(replica, tokens["access_token"])
    assert [lacks(who.scopes or (), action) for action in actions("send_message", "make_call")] == [False, False]


async def test_a_client_that_asked_for_nothing_is_told_all_that_was_chosen(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    tokens = await consent(replica, client_id, None, level="change", group=["messaging"])
    assert tokens["scope"] == "messaging.read messaging.write reporting.read"


async def test_a_refresh_gives_all_of_the_grant_unless_it_asks_for_less_than_was_told(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    tokens = await consent(replica, client_id, "messaging.read numbers.read", level="spend")
    for asked, sends in ((None, True), ("messaging.read numbers.read", True), ("messaging.read", False)):
        tokens = (await replica.refresh(client_id, tokens["refresh_token"], scope=asked)).json()
        assert tokens["scope"] == (asked or "messaging.read numbers.read")
        who = await caller(replica, tokens["access_token"])
        assert lacks(who.scopes or (), registry().tools["send_message"]) is not sends


@pytest.mark.parametrize("narrowed", [None, "messaging.read"])
async def test_a_change_of_the_grant_holds_for_the_tokens_that_are_out(replica: Replica, narrowed: str | None) -> None:
    client_id = (await replica.register())["client_id"]
    tokens = await consent(replica, client_id, "messaging.read numbers.read", level="look")
    tokens = (await replica.refresh(client_id, tokens["refresh_token"], scope=narrowed)).json()
    before = await caller(replica, tokens["access_token"])
    wider = permission({"messaging": Level.SPEND})
    scopes = replica.oauth.server._protocol.scopes.covering(wider)
    await replica.oauth.grants.change(before.grant_id or "", wider, scopes, None)
    after = await caller(replica, tokens["access_token"])
    assert after.permission == wider
    assert after.scopes == (scopes if narrowed is None else {"messaging.read"})
