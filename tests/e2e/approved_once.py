"""A call that the person is asked about is killed between question, decision and effect, and made again each time:
nothing is sent without a yes, and once at most for each.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.e2e.killing import Point, Stage, staged

How = Literal["page", "form", "no", "nobody"]
HOWS: tuple[How, ...] = ("page", "form", "no", "page", "form", "nobody")
"""How the persons of the points decide: on the page, in a form of their client, by a no, or not at all."""


@dataclass(frozen=True)
class Played:
    """What came of one point: of the call after the decision, which was killed, of its retry, and of one more."""

    how: How
    first: str | None
    retry: str | None
    third: str | None
    before: int
    """How often it was sent before anybody decided."""
    sent: int

    def __str__(self) -> str:
        outcomes = f"first: {_plain(self.first):16} retry: {_plain(self.retry):16} third: {_plain(self.third):16}"
        return f"{self.how:6} {outcomes} sent: {self.sent}"

    @property
    def is_right(self) -> bool:
        """Nothing was sent before a yes or after a no, and once at most for one; what says that it was done, is true.

        Where duplicates are held back too, a process that died while it asked leaves it unknown what it had done.
        """
        outcomes = [_plain(outcome) for outcome in (self.first, self.retry, self.third)]
        if self.before or None in (self.retry, self.third):
            return False
        if self.how in ("no", "nobody"):
            kept_back = {"killed", "outcome_unknown", "refused" if self.how == "no" else "asked"}
            return self.sent == 0 and {*outcomes} <= kept_back
        done = outcomes.count("done")
        return self.sent <= 1 and done <= self.sent and (done == 1 or outcomes[0] in ("killed", "outcome_unknown"))


async def play(count: int, data_dir: Path, **environment: str) -> list[Played]:
    """So many points. Half of the calls say `allow_duplicate`: there the approval alone stands between two effects."""
    policy = data_dir / "policy.toml"
    policy.write_text('[effects]\nspends = "ask"\n')
    played: list[Played] = []
    async with staged(count, data_dir, TELNYX_MCP_POLICY=str(policy), **environment) as stage:
        for batch in stage.batches():
            hows = [HOWS[(len(played) + index) % len(HOWS)] for index in range(len(batch))]
            points = [{**point, "allow_duplicate": index % 2 == 0} for index, point in enumerate(batch)]
            played += await _played(stage, points, hows)
    return played


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
    return [Played(*came) for came in zip(hows, first, retry, third, before, await stage.sent(points), strict=True)]


async def _decide(stage: Stage, points: list[Point], hows: list[How]) -> None:
    """Each person decides, on a server that is killed meanwhile, and then once more, unless it was decided."""
    words = {"page": "approved", "no": "denied"}
    deciding = [{**point, "decides": words[how]} for point, how in zip(points, hows, strict=True) if how in words]
    await stage.killed(deciding)
    assert None not in await stage.zygote.act(deciding)


def _plain(outcome: str | None) -> str:
    return outcome.partition(" ")[0] if outcome is not None else "killed"
