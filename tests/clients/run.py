"""Runs real clients against the server: `python -m tests.clients.run [NAME...]`, after npm install in tests/node.

Each signs in for the first time, and a person lets it use messaging; then it has to send one message, without another
question, and the sandbox has to have it. Without names, those of CI run; `others` are mcpc, which takes a busy machine
amiss, and older versions of the official SDK. Exits with 1 where one fails.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from tests.clients import model
from tests.clients.desk import HERE, Desk
from tests.clients.person import Customer
from tests.clients.programs import CLIENTS, OTHERS, Client
from tests.clients.terminal import Failed
from tests.e2e.processes import served
from tests.server.serving import serving

from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving as serving_sandbox

AT_ONCE = 2
DELIVERY_SECS = 60


@dataclass(frozen=True)
class Place:
    """What all clients share: the servers, the sandbox behind them and the model, by their URLs.

    A server lets ten clients a minute register from one address, as all of these are: so they take turns at two.
    """

    folder: Path
    urls: Sequence[str]
    sandbox: str
    clock: Clock
    model: str


@dataclass(frozen=True)
class Outcome:
    """What became of a client; no `problem` where it sent its message."""

    name: str
    client: Client
    secs: float
    problem: str


async def main(clients: Mapping[str, Client]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with _place(Path(folder)) as place:
            outcomes = await _run(clients, place)
    print(report(outcomes))  # noqa: T201 - a script
    return 1 if any(outcome.problem for outcome in outcomes) else 0


def _chosen(names: Sequence[str]) -> Mapping[str, Client]:
    if not names or names == ["others"]:
        return OTHERS if names else CLIENTS
    every = {**CLIENTS, **OTHERS}
    if unknown := {*names} - {*every}:
        raise SystemExit(f"There is no {', '.join(sorted(unknown))}: there are {', '.join(every)}, and others.")
    return {name: client for name, client in every.items() if name in names}


@asynccontextmanager
async def _place(folder: Path) -> AsyncIterator[Place]:
    # Some describe themselves in documents on hosts of their vendors, which cannot be reached from everywhere.
    options = {"TELNYX_MCP_CLIENT_DOCUMENTS": "off"}
    clock = Clock()
    async with serving_sandbox(create_sandbox(clock=clock)) as sandbox, serving(model.APP) as model_url:
        with ExitStack() as servers:
            urls = []
            for name in ("first", "second"):
                (data := folder / f"server-{name}").mkdir()
                urls.append(servers.enter_context(served(data, TELNYX_API_BASE_URL=sandbox, **options)).url)
            place = Place(folder, urls, sandbox, clock, model_url)
            await _sent(place, "KEY_sandbox_first")  # loads the catalog, while the server waits for no answer
            yield place


async def _run(clients: Mapping[str, Client], place: Place) -> list[Outcome]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def outcome(number: int, name: str, client: Client) -> Outcome:
        async with turn:
            began = time.monotonic()
            problem = await _problem(name, client, place, place.urls[number % len(place.urls)])
            return Outcome(name, client, time.monotonic() - began, problem)

    return await asyncio.gather(
        *(outcome(number, name, client) for number, (name, client) in enumerate(clients.items()))
    )


async def _problem(name: str, client: Client, place: Place, url: str) -> str:
    """What is wrong with how a client sent its message, if anything."""
    home, key = place.folder / name, f"KEY_sandbox_{name}"
    home.mkdir()
    customer = Customer(home, key)
    person = asyncio.create_task(customer.sit_before_the_browser())
    problems = []
    try:
        await client.send(Desk(home, customer.bin, url, place.model))
    except (Failed, AssertionError, OSError) as error:
        problems.append(f"{type(error).__name__}: {error}")
    person.cancel()
    (trouble,) = await asyncio.gather(person, return_exceptions=True)
    if isinstance(trouble, Exception):
        problems.append(f"The person could not decide: {trouble!r}")
    if (asked := customer.asked) != 1:
        problems.append(f"The person was asked {asked} times.")
    if (sent := await _sent(place, key)) != 1:
        problems.append(f"{sent} messages were sent.")
    return "\n".join(problems)


async def _sent(place: Place, key: str) -> int:
    """How many messages of an account were sent: the sandbox reports them once they have left."""
    place.clock.advance(DELIVERY_SECS)
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http:
        query = {"filter[record_type]": "messaging"}
        records = (await http.get(f"{place.sandbox}/detail_records", params=query)).raise_for_status().json()
    return len(records["data"])


def report(outcomes: Sequence[Outcome]) -> str:
    """What is wrong, then a table of all outcomes, and how many there are."""
    problems = [f"{outcome.name}: {outcome.problem}\n" for outcome in outcomes if outcome.problem]
    rows = [_row(outcome) for outcome in outcomes]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    total = f"agents: {len(outcomes) - len(problems)} passed, {len(problems)} failed"
    return "\n".join([*problems, *table, total])


def _row(outcome: Outcome) -> tuple[str, ...]:
    client = outcome.client
    return outcome.name, client.version, "FAILED" if outcome.problem else "sent", f"{outcome.secs:.1f} s", client.note


if __name__ == "__main__":
    chosen = _chosen(sys.argv[1:])
    subprocess.run([HERE / "install", *sorted({client.lock for client in chosen.values()} - {""})], check=True)
    sys.exit(asyncio.run(main(chosen)))
