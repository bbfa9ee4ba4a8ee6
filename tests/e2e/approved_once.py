"""Kills a call that needs approval between question, decision and effect, and repeats it each time: nothing is sent
without approval, and at most once with it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tests.e2e.killing import Point, Stage, on_record, staged

How = Literal["page", "form", "no", "nobody"]
HOWS: tuple[How, ...] = ("page", "form", "no", "page", "form", "nobody")
"""How each user decides: on the page, in a form of the client, by a no, or not at all."""


@dataclass(frozen=True)
class Played:
    """The outcomes for one point. Each call was killed in its first try: `asked` is the repeated call before the
    decision, `first` the killed call after the decision, `retry` and `third` two repetitions."""

    how: How
    asked: str | None
    first: str | None
    retry: str | None
    third: str | None
    before: int
    """How often the message was sent before the decision."""
    sent: int
    on_record: str | None = None
    """The outcome in the audit log: `unknown` if there is only the start, None if there is no record."""

    def __str__(self) -> str:
        outcomes = f"first: {_plain(self.first):16} retry: {_plain(self.retry):16} third: {_plain(self.third):16}"
        return f"{self.how:6} {outcomes} sent: {self.sent}"

    @property
    def is_right(self) -> bool:
        """Whether nothing was sent before an approval or after a no, at most one message for an approval, and every
        reported success is true.

        A process that died while it asked leaves the question to the next one. The outcome may be unknown only if the
        audit log says that the call may have begun.
        """
        outcomes = [_plain(outcome) for outcome in (self.first, self.retry, self.third)]
        if self.before or None in (self.retry, self.third) or _plain(self.asked) != "asked":
            return False
        if self.how in ("no", "nobody"):
            return self.sent == 0 and {*outcomes} <= {"killed", "refused" if self.how == "no" else "asked"}
        if "outcome_unknown" in outcomes and self.on_record is None:
            return False
        done = outcomes.count("done")
        return self.sent <= 1 and done <= self.sent and (done == 1 or outcomes[0] == "killed")


async def play(count: int, data_dir: Path, **environment: str) -> list[Played]:
    """Run the scenario for `count` points. Half of the calls have `allow_duplicate`: for these only the approval
    prevents a second effect."""
    policy = data_dir / "policy.toml"
    policy.write_text('[effects]\nspends = "ask"\n')
    played: list[Played] = []
    async with staged(count, data_dir, TELNYX_MCP_POLICY=str(policy), **environment) as stage:
        for batch in stage.batches():
            hows = [HOWS[(len(played) + index) % len(HOWS)] for index in range(len(batch))]
            points = [{**point, "allow_duplicate": index % 2 == 0} for index, point in enumerate(batch)]
            played += await _played(stage, points, hows)
    noted = on_record(data_dir, stage.points)
    return [replace(each, on_record=outcome) for each, outcome in zip(played, noted, strict=True)]


async def _played(stage: Stage, points: list[Point], hows: list[How]) -> list[Played]:
    await stage.killed(points)
    asked = await stage.zygote.act(points)
    before = await stage.sent(points)
    await _decide(stage, points, hows)
    answered = [
        {**point, "answered": (question or "").partition(" ")[2]} if how == "form" else point
        for point, how, question in zip(points, hows, asked, strict=True)
    ]
    first = await stage.killed(answered)
    retry, third = await stage.zygote.act(answered), await stage.zygote.act(answered)
    sent = await stage.sent(points)
    return [Played(*came) for came in zip(hows, asked, first, retry, third, before, sent, strict=True)]


async def _decide(stage: Stage, points: list[Point], hows: list[How]) -> None:
    """Decide for each user in a process that is killed meanwhile, and decide again if that did not take effect."""
    words = {"page": "approved", "no": "denied"}
    deciding = [{**point, "decides": words[how]} for point, how in zip(points, hows, strict=True) if how in words]
    await stage.killed(deciding)
    assert None not in await stage.zygote.act(deciding)


def _plain(outcome: str | None) -> str:
    return outcome.partition(" ")[0] if outcome is not None else "killed"
