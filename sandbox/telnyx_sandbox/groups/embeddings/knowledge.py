"""What an account's embedded buckets know about a question, for whoever answers it."""

from collections.abc import Iterable

from ...account import Account
from .document import Passage
from .embedded_bucket import EmbeddedBucket
from .ranking import nearest


def passages_about(account: Account, buckets: Iterable[str], question: str, most: int = 3) -> list[Passage]:
    """The nearest passages of the buckets that are embedded, without those that have no word in common with it."""
    embedded, now = account.collection(EmbeddedBucket), account.clock.now()
    found = [passage for name in buckets if name in embedded for passage in embedded[name].passages(now)]
    return [passage for distance, passage in nearest(found, question, most) if distance < 1]
