"""Reproducible ids: the n-th message of an account has the same id in every run."""

import hashlib
import itertools
from collections import defaultdict
from uuid import NAMESPACE_URL, uuid5


class Sequence:
    """The ids of one account, one numbered sequence per kind of resource."""

    def __init__(self, owner: str) -> None:
        self._namespace = uuid5(NAMESPACE_URL, f"telnyx-sandbox:{owner}")
        self._counters: defaultdict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))

    @property
    def owner_id(self) -> str:
        return str(self._namespace)

    def uuid(self, kind: str) -> str:
        """The next UUID of that kind, for messages, profiles and orders."""
        return str(uuid5(self._namespace, f"{kind}:{next(self._counters[kind])}"))

    def snowflake(self, kind: str) -> str:
        """The next id of nineteen digits of that kind, for phone numbers and connections."""
        name = f"{self._namespace}:{kind}:{next(self._counters[kind])}"
        return str(10**18 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:7]))
