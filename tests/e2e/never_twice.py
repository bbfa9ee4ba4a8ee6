"""A call that spends is killed in the midst of it and made again: it is sent once at most."""

from dataclasses import dataclass
from pathlib import Path

from tests.e2e.killing import SECRET, staged

from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import records
from telnyx_remote_mcp.guardrails.entries import who
from telnyx_remote_mcp.store.secret import Secret

_POSSIBLE = {None: {0}, "unknown": {0, 1}, "done": {1}}
"""How often a call may have been sent, by what is on record. The log may know more than the retry: a process can die
after it wrote what came of the call there, and before it did so for the retry."""


@dataclass(frozen=True)
class Played:
    """What came of one point: of the call that may have been killed, of its retry, and how often it was sent."""

    first: str | None
    retry: str | None
    sent: int
    on_record: str | None
    """The outcome in the audit log, `unknown` for a start alone, None for no record of it."""

    def __str__(self) -> str:
        return f"first: {self.first!s:16} retry: {self.retry!s:16} sent: {self.sent}"

    @property
    def is_right(self) -> bool:
        """It was sent once at most; the retry says what is true, or that nobody knows; the record does not lie."""
        if self.sent > 1 or (self.first == "done" and (self.sent, self.retry) != (1, "duplicate")):
            return False
        if self.retry in ("done", "duplicate"):
            return self.sent == 1 and self.on_record == "done"
        return self.retry == "outcome_unknown" and self.sent in _POSSIBLE[self.on_record]


async def play(count: int, data_dir: Path, **environment: str) -> list[Played]:
    """So many points, each killed at a random moment of the time that a call takes here."""
    async with staged(count, data_dir, **environment) as stage:
        firsts, retries = [], []
        for batch in stage.batches():
            firsts += await stage.killed(batch)
            retries += await stage.zygote.act(batch)
        sent = await stage.sent(stage.points)
    recorded, key = _recorded(data_dir), Secret(SECRET.encode()).derive("audit")
    noted = [recorded.get(who(point["key"], key)) for point in stage.points]
    return [Played(*came) for came in zip(firsts, retries, sent, noted, strict=True)]


def _recorded(data_dir: Path) -> dict[str, str]:
    """The outcome that the audit log has for each account, `unknown` where it has the start of a call alone."""
    found = [record for record in records(data_dir / DIRECTORY) if record["event"] in ("start", "end")]
    started = {record["who"]: "unknown" for record in found}
    return started | {record["who"]: record["outcome"] for record in found if record["event"] == "end"}
