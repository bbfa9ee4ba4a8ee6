"""Kill -9 in the midst of calls that spend, and the client's retry: `python -m tests.e2e.killing 300` plays more of it.

The judge is the sandbox: what it took off the balance of each account, of which every point has its own.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2

from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import records, verify
from telnyx_remote_mcp.commands import say
from telnyx_remote_mcp.guardrails.entries import who
from telnyx_remote_mcp.store.secret import Secret
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

AT_ONCE = 10
SECRET = "k" * 32


@dataclass(frozen=True)
class Played:
    """What came of one point: of the call that may have been killed, of its retry, and how often it was sent."""

    first: str | None
    retry: str | None
    sent: int
    on_record: str | None
    """The outcome in the audit log, `unknown` for a start alone, None for no record of it."""

    @property
    def is_right(self) -> bool:
        """It was sent once at most; the retry says what is true, or that nobody knows; the record does not lie."""
        if self.sent > 1 or (self.first == "done" and (self.sent, self.retry) != (1, "duplicate")):
            return False
        if self.retry in ("done", "duplicate"):
            return self.sent == 1 and self.on_record == "done"
        return self.retry == "outcome_unknown" and self.sent in _POSSIBLE[self.on_record]


_POSSIBLE = {None: {0}, "unknown": {0, 1}, "done": {1}}
"""How often a call may have been sent, by what is on record. The log may know more than the retry: a process can die
after it wrote what came of the call there, and before it did so for the retry."""


class Sandbox:
    """The sandbox, as far as it tells what it was asked for."""

    def __init__(self, base_url: str, http: httpx2.AsyncClient) -> None:
        self.base_url = base_url
        self._http = http

    async def get(self, path: str, key: str) -> Any:
        answer = await self._http.get(f"{self.base_url}{path}", headers={"Authorization": f"Bearer {key}"})
        return answer.raise_for_status().json()["data"]

    async def balance(self, key: str) -> Decimal:
        return Decimal((await self.get("/balance", key))["balance"])

    async def point(self, number: int) -> dict[str, Any]:
        key = f"KEY_sandbox_kill{number}"
        numbers = await self.get("/phone_numbers", key)
        sender = next(number["phone_number"] for number in numbers if number.get("messaging_profile_id"))
        return {"key": key, "arguments": {"to": "+12025550123", "from_number": sender, "text": f"point {number}"}}


async def play(count: int, data_dir: Path, **environment: str) -> list[Played]:
    """So many points, each killed at a random moment of the time that a call takes here."""
    given = {"TELNYX_MCP_DATA_DIR": str(data_dir), "TELNYX_MCP_SECRET": SECRET, **environment}
    async with serving(create_app()) as base_url, httpx2.AsyncClient() as http:
        sandbox = Sandbox(base_url, http)
        zygote = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.e2e.zygote"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **given, "TELNYX_API_BASE_URL": base_url},
        )
        try:
            return await _played(zygote, sandbox, count, data_dir)
        finally:
            assert zygote.stdin is not None
            zygote.stdin.close()
            await zygote.wait()


async def _played(zygote: asyncio.subprocess.Process, sandbox: Sandbox, count: int, data_dir: Path) -> list[Played]:
    points = [await sandbox.point(number) for number in range(count + AT_ONCE)]
    before = {point["key"]: await sandbox.balance(point["key"]) for point in points}
    whole, points = points[:AT_ONCE], points[AT_ONCE:]
    for _ in range(2):  # the first time everything is cold
        began = asyncio.get_running_loop().time()
        assert set(await _ask(zygote, whole)) <= {"done", "duplicate"}
        took = asyncio.get_running_loop().time() - began
        whole = [{**point, "arguments": {**point["arguments"], "text": "warm"}} for point in whole]
    price = (before[whole[0]["key"]] - await sandbox.balance(whole[0]["key"])) / 2
    firsts, retries = [], []
    for start in range(0, count, AT_ONCE):
        batch = points[start : start + AT_ONCE]
        firsts += await _ask(zygote, [{**point, "kill_after": random.uniform(0.1, 0.6) * took} for point in batch])
        retries += await _ask(zygote, batch)
    sent = [round((before[point["key"]] - await sandbox.balance(point["key"])) / price) for point in points]
    recorded = _recorded(data_dir)
    key = Secret(SECRET.encode()).derive("audit")
    noted = [recorded.get(who(point["key"], key)) for point in points]
    return [Played(*came) for came in zip(firsts, retries, sent, noted, strict=True)]


def _recorded(data_dir: Path) -> dict[str, str]:
    """The outcome that the audit log has for each account, `unknown` where it has the start of a call alone."""
    found = [record for record in records(data_dir / DIRECTORY) if record["event"] in ("start", "end")]
    started = {record["who"]: "unknown" for record in found}
    return started | {record["who"]: record["outcome"] for record in found if record["event"] == "end"}


def faults(data_dir: Path) -> list[str]:
    """What is wrong with the audit log, but for a last record in the midst of which its process was killed."""
    found = verify(data_dir / DIRECTORY, Secret(SECRET.encode()).derive_all("audit"))
    return [str(fault) for fault in found if "the last 1 of" not in fault.problem]


async def _ask(zygote: asyncio.subprocess.Process, points: list[dict[str, Any]]) -> list[str | None]:
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    zygote.stdin.write(json.dumps(points).encode() + b"\n")
    outcomes: list[str | None] = json.loads(await zygote.stdout.readline())
    return outcomes


def main() -> None:
    """Print what came of as many points as the first argument says, and end with 1 where one is wrong."""
    environment = {"TELNYX_MCP_REDIS_URL": sys.argv[2]} if len(sys.argv) > 2 else {}
    with tempfile.TemporaryDirectory() as directory:
        played = asyncio.run(play(int(sys.argv[1]), Path(directory), **environment))
        wrong = [point for point in played if not point.is_right]
        for (first, retry, sent), times in sorted(
            Counter((str(point.first), str(point.retry), point.sent) for point in played).items()
        ):
            say(f"{times:5}  first: {first:16} retry: {retry:16} sent: {sent}")
        say(f"{len(played)} points, {len(wrong)} wrong, audit log: {faults(Path(directory)) or 'whole'}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
