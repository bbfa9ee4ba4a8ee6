"""The shared parts of the scenarios that kill processes (kill -9) in the middle of calls, and then retry.

The sandbox decides what was sent: every point has its own account, whose balance shows the charge.
"""

import asyncio
import json
import os
import random
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2

from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import records, verify
from telnyx_remote_mcp.guardrails.entries import who
from telnyx_remote_mcp.store.secret import Secret
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

AT_ONCE = 10
SENDING_SECS = 0.1
"""How long the sandbox takes to send a message, so that processes are also killed during that."""
SECRET = "k" * 32

Point = dict[str, Any]
"""A call by an account of its own, in the form that `tests.e2e.zygote` takes."""


class Sandbox:
    """The sandbox, with what the scenarios ask it."""

    def __init__(self, base_url: str, http: httpx2.AsyncClient) -> None:
        self.base_url = base_url
        self._http = http

    async def get(self, path: str, key: str) -> Any:
        answer = await self._http.get(f"{self.base_url}{path}", headers={"Authorization": f"Bearer {key}"})
        return answer.raise_for_status().json()["data"]

    async def be_slow(self) -> None:
        await self._fault(method="POST", path="/messages", action="slow", delay_secs=SENDING_SECS, times=1_000_000)

    async def fail(self, method: str, path: str, status: int, times: int = 1) -> None:
        """Answer the next such requests with this status."""
        await self._fault(method=method, path=path, status=status, times=times)

    async def no_more_failures(self) -> None:
        (await self._http.delete(self._faults)).raise_for_status()

    async def _fault(self, **fault: object) -> None:
        (await self._http.post(self._faults, json=[fault])).raise_for_status()

    @property
    def _faults(self) -> str:
        return f"{self.base_url.removesuffix('/v2')}/sandbox/faults"

    async def balance(self, key: str) -> Decimal:
        return Decimal((await self.get("/balance", key))["balance"])

    async def point(self, number: int) -> Point:
        key = f"KEY_sandbox_kill{number}"
        numbers = await self.get("/phone_numbers", key)
        sender = next(number["phone_number"] for number in numbers if number.get("messaging_profile_id"))
        return {"key": key, "arguments": {"to": "+12025550123", "from_number": sender, "text": f"point {number}"}}


class Zygote:
    """Runs calls in processes of their own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def act(self, points: Sequence[Point]) -> list[str | None]:
        """Run all points at the same time. Returns their outcomes, None for those killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(points).encode() + b"\n")
        outcomes: list[str | None] = json.loads(await self._process.stdout.readline())
        return outcomes

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


@dataclass
class Stage:
    """The setting of a scenario: its points, how long a call takes on this machine, and what it costs."""

    sandbox: Sandbox
    zygote: Zygote
    points: list[Point]
    before: dict[str, Decimal]
    took: float
    price: Decimal

    async def killed(self, points: Sequence[Point]) -> list[str | None]:
        """Run all points and kill each at a random moment of the time that a call takes. Returns their outcomes."""
        return await self.zygote.act(
            [{**point, "kill_after": random.uniform(0.1, 0.8) * self.took} for point in points]
        )

    async def sent(self, points: Sequence[Point]) -> list[int]:
        """How often the message of each point was sent so far."""
        spent = [self.before[point["key"]] - await self.sandbox.balance(point["key"]) for point in points]
        return [round(each / self.price) for each in spent]

    def batches(self) -> list[list[Point]]:
        return [self.points[start : start + AT_ONCE] for start in range(0, len(self.points), AT_ONCE)]


@asynccontextmanager
async def staged(count: int, data_dir: Path, **environment: str) -> AsyncIterator[Stage]:
    """A stage with `count` points, after a rehearsal."""
    given = {"TELNYX_MCP_DATA_DIR": str(data_dir), "TELNYX_MCP_SECRET": SECRET, **environment}
    async with serving(create_app()) as base_url, httpx2.AsyncClient() as http:
        zygote = Zygote(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.e2e.zygote"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, **given, "TELNYX_API_BASE_URL": base_url},
            )
        )
        try:
            yield await _rehearsed(Sandbox(base_url, http), zygote, count)
        finally:
            await zygote.end()


async def _rehearsed(sandbox: Sandbox, zygote: Zygote, count: int) -> Stage:
    """The stage. Calls that are not killed measure how long a call takes and what it costs."""
    await sandbox.be_slow()
    points = [await sandbox.point(number) for number in range(count + AT_ONCE)]
    before = {point["key"]: await sandbox.balance(point["key"]) for point in points}
    whole, points = [{**point, "unasked": True} for point in points[:AT_ONCE]], points[AT_ONCE:]
    took = 0.0
    for _ in range(2):  # the first round is slow, since caches are cold
        began = asyncio.get_running_loop().time()
        assert set(await zygote.act(whole)) <= {"done", "duplicate"}
        took = asyncio.get_running_loop().time() - began
        whole = [{**point, "arguments": {**point["arguments"], "text": "warm"}} for point in whole]
    price = (before[whole[0]["key"]] - await sandbox.balance(whole[0]["key"])) / 2
    return Stage(sandbox, zygote, points, before, took, price)


def faults(data_dir: Path) -> list[str]:
    """The faults of the audit log, except a last record that was cut off when its process was killed."""
    found = verify(data_dir / DIRECTORY, Secret(SECRET.encode()).derive_all("audit"))
    return [str(fault) for fault in found if "the last 1 of" not in fault.problem]


def on_record(data_dir: Path, points: Sequence[Point]) -> list[str | None]:
    """The outcomes of the points in the audit log: `unknown` if there is only the start of the call, None if there is
    no record."""
    found = [record for record in records(data_dir / DIRECTORY) if record["event"] in ("start", "end")]
    outcomes = {record["who"]: "unknown" for record in found}
    outcomes |= {record["who"]: record["outcome"] for record in found if record["event"] == "end"}
    key = Secret(SECRET.encode()).derive("audit")
    return [outcomes.get(who(point["key"], key)) for point in points]
