"""The answers stored by `Idempotency-Key`: the first answer of an operation, for a day."""

from collections import OrderedDict

from .reply import Reply

REMEMBERED_SECS = 24 * 60 * 60
MOST_REMEMBERED = 10_000


class Replays:
    """The successful answers of one account by key. If there are too many, the oldest are dropped."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[float, Reply]] = OrderedDict()

    def get(self, key: str, now: float) -> Reply | None:
        remembered = self._answers.get(key)
        if remembered is None or now - remembered[0] > REMEMBERED_SECS:
            return None
        return remembered[1]

    def keep(self, key: str, reply: Reply, now: float) -> None:
        self._answers[key] = (now, reply)
        if len(self._answers) > MOST_REMEMBERED:
            self._answers.popitem(last=False)
