"""A call that spends is killed in the midst of it and made again: it is sent once at most."""

from dataclasses import dataclass
from pathlib import Path

from tests.e2e.killing import on_record, staged

_POSSIBLE = {"unknown": {0, 1}, "done": {1}}
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
        """It was sent once at most; the retry says what is true, or that nobody knows; the record does not lie. What
        was killed before it was on record was not sent, and is made by the retry."""
        if self.sent > 1 or (self.first == "done" and (self.sent, self.retry) != (1, "duplicate")):
            return False
        if self.retry in ("done", "duplicate"):
            return self.sent == 1 and self.on_record == "done"
        return self.retry == "outcome_unknown" and self.sent in _POSSIBLE.get(self.on_record, set())


async def play(count: int, data_dir: Path, **environment: str) -> list[Played]:
    """So many points, each killed at a random moment of the time that a call takes here."""
    async with staged(count, data_dir, **environment) as stage:
        firsts, retries = [], []
        for batch in stage.batches():
            firsts += await stage.killed(batch)
            retries += await stage.zygote.act(batch)
        sent = await stage.sent(stage.points)
    noted = on_record(data_dir, stage.points)
    return [Played(*came) for came in zip(firsts, retries, sent, noted, strict=True)]
