"""Whole tasks, played from end to end by a script that knows only what search and descriptions say: `python -m
evals.find.tasks`.

The player types the searches of a task, takes what they show, reads descriptions, fills arguments with the facts of the
task and calls through the generic tools of the default surface. The sandbox's record of requests judges what was done.
"""

import json
import re
import time
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx2
from mcp.client import Client

from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving
from telnyx_tools.api import retry
from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.search import Index
from telnyx_tools.shared import waiting

TASKS = Path(__file__).with_name("tasks.toml")
MOST_SEARCHES = 2
PARTS = ("path", "query", "body")


@dataclass(frozen=True)
class Task:
    kind: str
    say: str
    searches: Sequence[str]
    steps: Sequence[Mapping[str, Any]] = ()
    must: Sequence[str] = ()
    never: Sequence[str] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)
    """Operations that the search has to name as withheld, and the kind that the operator has to allow."""

    @staticmethod
    def all() -> Sequence["Task"]:
        return [Task(**task) for task in tomllib.loads(TASKS.read_text(encoding="utf-8"))["task"]]


class Stuck(Exception):
    """The player does not know how to go on."""


class Player:
    """One task, in an account of its own."""

    def __init__(self, client: Client, task: Task) -> None:
        self._client, self._task = client, task
        self._known: dict[str, Any] = dict(_moments())
        self.found: dict[str, str | None] = {}
        """The names that searches gave, best first, and why each is withheld."""
        self._mentioned: list[str] = []
        """The names that descriptions of these give, of what has the ids that they take."""

    async def play(self) -> None:
        """Raises Stuck."""
        for query in self._task.searches[:MOST_SEARCHES]:
            found = await self._call("search_tools", query=query)
            self.found |= {item["name"]: item.get("withheld") for item in found["items"]}
        self._check_withheld()
        listed = [tool.name for tool in (await self._client.list_tools()).tools]
        for step in self._task.steps:
            await self._take(step, [*self.found, *listed, *self._mentioned])

    def _check_withheld(self) -> None:
        for id_, kind in self._task.withheld.items():
            if f"--allow {kind}" not in str(self.found.get(id_)):
                raise Stuck(f"no search says that {id_} is withheld, and who can allow {kind}")

    async def _take(self, step: Mapping[str, Any], names: Sequence[str]) -> None:
        name = _doer(step, names) or await self._mentioned_doer(step)
        described = await self._call("describe_tool", name=name)
        facts = {key: self._fact(value) for key, value in step["with"].items()}
        answer = await self._call(described["call_with"], endpoint=name, **_arguments(name, described, facts))
        for kept in step.get("keep", ()):
            key, _, member = kept.rpartition("=")
            found = next(_members(answer, member), None)
            if found is None:
                raise Stuck(f"{name} does not tell {member}")
            self._known[key or member] = found

    async def _mentioned_doer(self, step: Mapping[str, Any]) -> str:
        """What the step needs, from the descriptions of what was found. Raises Stuck."""
        known = {*Index.load().ids}
        for name in (name for name, why in self.found.items() if not why):
            described = json.dumps(await self._call("describe_tool", name=name))
            self._mentioned += sorted(known.intersection(re.findall(r"[a-z0-9_.]+[a-z0-9_]", described)))
            if doer := _doer(step, self._mentioned):
                return doer
        raise Stuck(f"nothing that was found does {step['do']}")

    def _fact(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._fact(each) for each in value]
        return self._known[value[1:]] if isinstance(value, str) and value.startswith("$") else value

    async def _call(self, tool: str, **arguments: Any) -> Any:
        result = await self._client.call_tool(tool, arguments)
        if result.is_error:
            said = getattr(result.content[0], "text", "")
            raise Stuck(f"{tool} {arguments.get('endpoint', arguments.get('name', ''))}: {said[:400]}")
        return result.structured_content


def _doer(step: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The first of the names that does what the step is about."""
    wanted, about = {*step["do"].split("/")}, Index.load().about
    fitting = (name for name in names if step.get("by", name) == name)
    return next((name for name in fitting if wanted & {name, *about.get(name, ())}), None)


def _arguments(name: str, described: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts for which the description has a place. Raises Stuck where one that it requires is unknown."""
    if "arguments" in described:
        schema = described["arguments"]
        given = {key: value for key, value in facts.items() if key in schema["properties"]}
        _check_complete(name, schema.get("required", ()), given)
        return {"arguments": given}
    found: dict[str, Any] = {}
    for part in PARTS:
        levels = [described.get(part, {}), *described.get(part, {}).get("one_of", ())]
        required = levels[0].get("required", {})
        known = {key for level in levels for kind in ("required", "optional") for key in level.get(kind, {})}
        given = {key: _written(described, value) for key, value in facts.items() if key in known}
        _check_complete(f"{name} {part}", required, given)
        found |= {part: given} if given else {}
    return found


def _written(described: Mapping[str, Any], value: Any) -> Any:
    """Numbers to be ordered or held are objects in the API, as its example shows."""
    example = described["example"].get("body") or {}
    rows = example.get("phone_numbers") if isinstance(example, dict) else None
    if isinstance(value, list) and rows and isinstance(rows[0], dict):
        return [{"phone_number": each} for each in value]
    return value


def _check_complete(name: str, required: Sequence[str] | Mapping[str, str], given: Mapping[str, Any]) -> None:
    if missing := [each for each in required if each not in given]:
        raise Stuck(f"{name} needs {', '.join(missing)}, which the task does not say")


def _members(value: Any, name: str) -> Iterator[Any]:
    """What members of this name hold, those at the surface first."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and value.get(name) is not None:
        yield value[name]
    for each in inner:
        yield from _members(each, name)


def _moments() -> Iterator[tuple[str, str]]:
    today = datetime.now(UTC).replace(microsecond=0)
    yield "tomorrow", (today + timedelta(days=1)).isoformat()
    yield "after_tomorrow", (today + timedelta(days=2)).isoformat()


@dataclass
class Record:
    """What Telnyx was asked for, as the sandbox has seen it."""

    control: httpx2.AsyncClient
    seen: int = 0

    async def new(self) -> set[str]:
        """The operations since the last look."""
        requests = (await self.control.get("/sandbox/requests")).json()["data"]
        fresh, self.seen = requests[self.seen :], len(requests)
        catalog = Catalog.load()
        matches = (catalog.match(each["method"], each["path"].removeprefix("/v2")) for each in fresh)
        return {matched[0].id for matched in matches if matched}


@asynccontextmanager
async def sandbox() -> AsyncIterator[str]:
    """A sandbox whose time passes where a tool waits."""
    now = time.time()
    clock = Clock(lambda: now)

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    before, waiting.CLOCK = waiting.CLOCK, retry.Clock(monotonic=clock.now, sleep=sleep)
    try:
        async with serving(create_app(clock=clock)) as base_url:
            yield base_url
    finally:
        waiting.CLOCK = before


async def outcomes(tasks: Sequence[Task], data_dir: Path) -> AsyncIterator[tuple[Task, str]]:
    """Each task, and what was wrong with how it went, or nothing."""
    async with sandbox() as base_url, httpx2.AsyncClient(base_url=base_url.removesuffix("/v2")) as control:
        record = Record(control)
        for number, task in enumerate(tasks):
            settings = Settings(
                api_base_url=base_url,
                storage_endpoint=base_url.removesuffix("/v2") + "/storage/{region}",
                api_key=f"KEY_sandbox_task_{number}",
                data_dir=data_dir / str(number),
                policy=Path(__file__).with_name("policy.toml"),
            )
            async with local_server(settings, Selection(surface="default")) as server, Client(server) as client:
                wrong = await _played(Player(client, task))
            yield task, wrong or judged(task, await record.new())


async def _played(player: Player) -> str:
    try:
        await player.play()
    except Stuck as stuck:
        return str(stuck)
    return ""


def judged(task: Task, called: set[str]) -> str:
    """What is wrong with these operations having been called, or nothing."""
    missed = [each for each in task.must if called.isdisjoint(each.split("/"))]
    wrong = [each for each in task.never if each in called]
    return "; ".join([*(f"{each} was not called" for each in missed), *(f"{each} was called" for each in wrong)])


async def main() -> None:
    tasks, done = Task.all(), 0
    async with anyio.TemporaryDirectory() as folder:
        async for task, wrong in outcomes(tasks, Path(folder)):
            done += not wrong
            if wrong:
                print(f"{task.kind}: {task.say}\n    {wrong}")
    print(f"{done} of {len(tasks)} are done")


if __name__ == "__main__":
    anyio.run(main)
