"""Accounts. An account holds everything that one API key owns; every key `KEY_sandbox...` has its own."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TypeVar, cast

from .agenda import Agenda
from .clock import Clock
from .errors import SandboxError
from .ids import Sequence
from .replays import Replays
from .signing import Signer

T = TypeVar("T")

STARTING_BALANCE = Decimal("100.00")
KEY_PREFIX = "KEY_sandbox"
LONGEST_KEY = 128


class Account:
    """The state of one account. A group keeps its resources in `collection(Resource)`, by id."""

    records_after_secs = 0.0
    """The delay of the detail records of messages."""

    def __init__(self, key: str, clock: Clock, hooks: Iterable[object] = ()) -> None:
        self.clock = clock
        self.ids = Sequence(key)
        self.origin = "http://127.0.0.1"
        """The base URL of the last request; answers link to it."""
        self.balance = STARTING_BALANCE
        self.replays = Replays()
        self.agenda = Agenda()
        self.requests_in_window = (0, 0)
        self.signer = Signer(key)
        self._collections: dict[type, dict[str, object]] = {}
        self._hooks = {type(hook): hook for hook in hooks}

    def catch_up(self) -> None:
        """Run everything on the agenda that is due by now."""
        self.agenda.run(self.clock.now())

    def collection(self, kind: type[T]) -> dict[str, T]:
        return cast("dict[str, T]", self._collections.setdefault(kind, {}))

    def hook(self, kind: type[T]) -> T:
        """The hook of this class: what other groups do when something happens. `groups.HOOKS` lists all hooks."""
        return cast("T", self._hooks[kind])

    def find(self, kind: type[T], resource_id: str) -> T:
        """The resource with that id. Raises SandboxError (404) if this account has none."""
        found = self.collection(kind).get(resource_id)
        if found is None:
            raise SandboxError("10005")
        return found

    def require_funds(self, amount: Decimal) -> None:
        if amount > self.balance:
            raise SandboxError("20100", f"This costs {money(amount)} USD; {money(self.balance)} USD are left.")

    def charge(self, amount: Decimal) -> None:
        self.require_funds(amount)
        self.balance -= amount


class Accounts:
    """Accounts by key, created on first use. Above `limit`, the least recently used account is dropped."""

    def __init__(
        self,
        clock: Clock,
        seeds: Iterable[Callable[[Account], None]],
        hooks: Iterable[object] = (),
        *,
        limit: int = 1000,
    ) -> None:
        self._clock = clock
        self._seeds = tuple(seeds)
        self._hooks = tuple(hooks)
        self._limit = limit
        self._by_key: OrderedDict[str, Account] = OrderedDict()
        self.records_after_secs = 0.0

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_key.values())

    def record_after(self, secs: float) -> None:
        """Delay the detail records of messages by so many seconds, in every account."""
        self.records_after_secs = secs
        for account in self:
            account.records_after_secs = secs

    def get(self, key: str) -> Account:
        account = self._by_key.get(key)
        if account is None:
            account = self._by_key[key] = self._create(key)
            if len(self._by_key) > self._limit:
                self._by_key.popitem(last=False)
        else:
            self._by_key.move_to_end(key)
        return account

    def _create(self, key: str) -> Account:
        if not key.startswith(KEY_PREFIX) or len(key) > LONGEST_KEY:
            raise SandboxError("10009", f"The sandbox takes API keys that begin with {KEY_PREFIX}.")
        account = Account(key, self._clock, self._hooks)
        account.records_after_secs = self.records_after_secs
        for seed in self._seeds:
            seed(account)
        return account


def money(amount: Decimal) -> str:
    """An amount as the API writes it: a decimal number as text, with at least two decimals."""
    whole, _, decimals = f"{amount:.4f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
