"""Setting up webhooks takes events from nobody unless that is meant: what an owner set stands until `replace`."""

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.contexts import OneInbox
from tests.tools.groups import sandboxed

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry

OWN, FAILOVER, LATER = "https://example.com/own", "https://example.com/failover", "https://example.com/later"
KINDS = {
    "messaging_profile_id": ("webhook_url", "webhook_failover_url"),
    "application_id": ("webhook_event_url", "webhook_event_failover_url"),
    "waba_id": ("webhook_url", "webhook_failover_url"),
}

pytestmark = pytest.mark.anyio


class Owned:
    """A thing with webhooks at Telnyx, which its owner and an agent change. What matters of it: URL and failover."""

    def __init__(self, telnyx: Telnyx, state: dict[str, Any]) -> None:
        self.telnyx, self.state, self.inbox, self.id_name = telnyx, state, OneInbox(), "messaging_profile_id"

    def begin(self, id_name: str) -> None:
        self.state.clear()
        self.state["application_name"] = "an application"
        self.inbox, self.id_name = OneInbox(), id_name

    def sets(self, url: str | None, failover: str | None = None) -> None:
        """The owner sets both."""
        self.state.update(zip(KINDS[self.id_name], (url, failover), strict=True))

    @property
    def addresses(self) -> tuple[str, str]:
        url, failover = (self.state.get(name) or "" for name in KINDS[self.id_name])
        return url, failover

    async def set_up(self, **choices: bool) -> dict[str, Any]:
        context = contexts.context(self.telnyx, inbox=self.inbox)
        arguments = {self.id_name: "1", **choices}
        return (await contexts.run(registry().tools["set_up_webhooks"], arguments, context)).wire()

    async def refuses(self, **choices: bool) -> str:
        before = self.addresses
        with pytest.raises(InvalidArguments) as caught:
            await self.set_up(**choices)
        assert self.addresses == before
        return str(caught.value.describe())


@pytest.fixture
async def owned() -> AsyncIterator[Owned]:
    state: dict[str, Any] = {}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            state.update(json.loads(request.content))
        return httpx2.Response(200, json={"data": state})

    async with sandboxed.answering(answer) as telnyx:
        yield Owned(telnyx, state)


@pytest.mark.parametrize("id_name", KINDS)
async def test_what_the_owner_set_since_is_given_up_for_what_was_before_only_if_that_is_meant(
    owned: Owned, id_name: str
) -> None:
    owned.begin(id_name)
    await owned.set_up()
    for now in ((LATER, FAILOVER), (LATER, None), (None, LATER), (owned.inbox.url, LATER)):
        owned.sets(*now)
        assert "restore and replace" in await owned.refuses(restore=True)
    assert "webhook_url" not in await owned.set_up(restore=True, replace=True)
    assert owned.addresses == ("", "")


@pytest.mark.parametrize("id_name", KINDS)
async def test_a_failover_alone_is_a_webhook_too_and_is_given_back(owned: Owned, id_name: str) -> None:
    owned.begin(id_name)
    owned.sets(None, FAILOVER)
    assert "with replace" in await owned.refuses()
    assert (await owned.set_up(replace=True))["here"]
    assert owned.addresses == (owned.inbox.url, "")
    await owned.set_up(restore=True)
    assert owned.addresses == ("", FAILOVER)


async def test_a_failover_that_was_set_since_outlives_a_second_set_up(owned: Owned) -> None:
    owned.begin("messaging_profile_id")
    await owned.set_up()
    owned.sets(owned.inbox.url, LATER)
    assert (await owned.set_up())["here"]
    assert owned.addresses == (owned.inbox.url, LATER)


async def test_a_restore_whose_answer_was_lost_can_be_made_again(owned: Owned) -> None:
    owned.begin("messaging_profile_id")
    owned.sets(OWN, FAILOVER)
    await owned.set_up(replace=True)
    kept = dict(owned.inbox.notes)
    for _ in range(2):
        owned.inbox.notes = dict(kept)
        assert (await owned.set_up(restore=True))["webhook_url"] == OWN
    assert owned.addresses == (OWN, FAILOVER)


async def test_a_server_that_nothing_reaches_any_more_takes_no_webhook_for_its_own(owned: Owned) -> None:
    owned.begin("messaging_profile_id")
    owned.sets(OWN)
    await owned.set_up(replace=True)
    owned.inbox.url = None
    owned.sets(None)
    assert "restore and replace" in await owned.refuses(restore=True)


async def test_no_order_of_changes_loses_what_an_owner_set_without_replace(owned: Owned) -> None:
    chance = random.Random(7)
    refused = made = 0
    for walk in range(60):
        owned.begin(list(KINDS)[walk % 3])
        for _ in range(12):
            if chance.random() < 0.4:
                addresses = (None, OWN, FAILOVER, LATER, owned.inbox.url)
                owned.sets(chance.choice(addresses), chance.choice(addresses))
            choices = {"restore": chance.random() < 0.5, "replace": chance.random() < 0.2}
            before = set(owned.addresses) - {"", owned.inbox.url}
            try:
                await owned.set_up(**choices)
                made += 1
            except InvalidArguments:
                refused += 1
            assert choices["replace"] or before <= set(owned.addresses), (walk, choices)
    assert min(refused, made) > 100
