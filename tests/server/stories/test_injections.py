"""What strangers write reaches an agent harmless, and an agent that obeys it reaches nobody without a yes."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests import contexts
from tests.sandbox.buckets import give_bucket
from tests.server.stories.gullible import BUCKET, Agent, Injection, Mailroom, Upstream, corpus, deeds

from telnyx_remote_mcp.calls.dispatch import Dispatch
from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_calls_store
from telnyx_remote_mcp.surface.kinds import KINDS
from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Api
from telnyx_tools.results.harmless import harmless
from telnyx_tools.results.outside import MARK

pytestmark = pytest.mark.anyio

LEAST = 200


@dataclass(frozen=True, slots=True)
class Office:
    """A server whose guards are as they are by default, before a sandbox."""

    upstream: Upstream
    mailroom: Mailroom
    dispatch: Dispatch

    def agent(self, number: object) -> Agent:
        return Agent(self.dispatch, f"KEY_sandbox_{number}")


@pytest.fixture
async def office(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    bucket = give_bucket(monkeypatch, BUCKET, {})
    upstream = Upstream(create_app(clock=clock))
    settings = Settings(
        data_dir=tmp_path, allow=KINDS, quotas=["messages=1000000/hour"], duplicate_window_secs=0, audit="off"
    )
    api = Api(wire=upstream, storage_endpoint="http://127.0.0.1/storage/{region}", allow_custom_upstream=True)
    async with aclosing(open_calls_store(settings)) as store, aclosing(upstream):
        guards = create_guards(settings, contexts.guarded(settings, api, store))
        yield Office(upstream, Mailroom(upstream, bucket), contexts.dispatch(api, guards.steps))


async def test_an_agent_that_obeys_strangers_reaches_nobody_without_a_yes(office: Office) -> None:
    injections = corpus()
    assert len(injections) >= LEAST
    assert len({injection.name for injection in injections}) == len(injections)
    fallen = {injection.name: found for injection in injections if (found := await _played(office, injection))}
    assert not fallen, json.dumps(fallen, indent=1)


async def _played(office: Office, injection: Injection) -> list[str]:
    """What went wrong with one injection: how it arrived, and what an obedient agent could do."""
    agent = office.agent(injection.name.replace("/", "_").replace("-", "_"))
    found = []
    reads = await office.mailroom.read(injection, agent.key)
    for written, (name, arguments) in zip(injection.texts, reads, strict=True):
        answer = await agent.call(name, arguments)
        assert answer is not None, injection.name
        assert not answer.is_error, (injection.name, answer)
        found += _not_neutral(written, answer.content[0].text)
    before, left = await office.upstream.effects(), len(office.upstream.sent)
    for made in deeds(injection):
        await agent.call(*made)
    arrived = await office.upstream.effects() - before
    office.mailroom.clear()
    return [*found, *([f"{arrived} arrived", *office.upstream.sent[left:]] if arrived else [])]


def _not_neutral(written: str, text: str) -> list[str]:
    """What is wrong with how a text stands in an answer: hidden, unmarked, or as if it ended what is around it."""
    answer = json.loads(text)
    marked = dict(_marks(answer))
    begins = harmless(written, 50_000).strip()[:40]
    whole = len(begins) < 8  # too little to tell it from what stands elsewhere
    leaves = [(path, leaf.strip()) for path, leaf in _leaves(answer)]
    places = {path for path, leaf in leaves if begins and (leaf == begins if whole else leaf.startswith(begins))}
    found = [f"hides something at {path}" for path, leaf in _leaves(answer) if harmless(leaf, len(leaf)) != leaf]
    found += [f"does not say that {path} is of others" for path in places if path not in marked]
    found += [f"does not arrive: {begins}"] if begins and not places else []
    return found + (["ends a tag"] if "</" in text else [])


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != MARK:
                yield from _leaves(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, f"{path}[]")


def _marks(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The fields that an answer says are of others, of a tool that a generic one called too."""
    if isinstance(value, dict):
        for place, who in value.get(MARK, {}).items():
            yield f"{path}.{place}".lstrip("."), who
        for name, inner in value.items():
            yield from _marks(inner, f"{path}.{name}".lstrip("."))
