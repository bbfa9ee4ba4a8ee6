"""Kills a call that spends in the middle, and repeats it: it is sent at most once."""

from dataclasses import dataclass
from pathlib import Path

from tests.e2e.killing import on_record, staged

_POSSIBLE = {"unknown": {0, 1}, "done": {1}}
"""How often a call may have been sent, by its outcome in the audit log. The log may know more than the retry: a process
can be killed after it wrote the outcome there, and before it stored it for retries."""


@dataclass(frozen=True)
class Played:
    """The outcomes for one point: of the call that may have been killed, and of its retry; and how often it was
    sent."""

    first: str | None
    retry: str | None
    sent: int
    on_record: str | None
    """The outcome in the audit log: `unknown` if there is only the start, None if there is no record."""

    def __str__(self) -> str:
        return f"first: {self.first!s:16} retry: {self.retry!s:16} sent: {self.sent}"

    @property
    def is_right(self) -> bool:
        """Whether it was sent at most once, the retry reports the truth or that the outcome is unknown, and the audit
        log is right. A call that was killed before it was in the log was not sent, and the retry sends it."""
        if self.sent > 1 or (self.first == "done" and (self.sent, self.retry) != (1, "duplicate")):
            return False
        if self.retry in ("done", "duplicate"):
            return self.sent == 1 and self.on_record == "done"
        return self.retry == "outcome_unknown" and self.sent in _POSSIBLE.get(self.on_record, set())


async def play(count: int, data_dir: Path, **environment: str) -> list[Played]:
    """Run the scenario for `count` points, each killed at a random moment of the time that a call takes."""
    async with staged(count, data_dir, **environment) as stage:
        firsts, retries = [], []
        for batch in stage.batches():
            firsts += await stage.killed(batch)
            retries += await stage.zygote.act(batch)
        sent = await stage.sent(stage.points)
    noted = on_record(data_dir, stage.points)
    return [Played(*came) for came in zip(firsts, retries, sent, noted, strict=True)]
