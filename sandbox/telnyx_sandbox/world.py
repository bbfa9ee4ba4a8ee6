"""The state of the sandbox: accounts, clock, pending faults, and the requests that it received."""

from collections import deque
from dataclasses import dataclass, field

from .account import Accounts
from .clock import Clock
from .faults import Faults, WebhookManner
from .oauth.tokens import Tokens
from .request import Headers, header


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that was received. Stores no query, no body, and of the headers only the value of `Idempotency-Key`."""

    method: str
    path: str
    header_names: list[bytes]
    idempotency_key: str | None
    at: float

    @classmethod
    def of(cls, method: str, path: str, headers: Headers, at: float) -> "Seen":
        return cls(method, path, [name for name, _ in headers], header(headers, b"idempotency-key"), at)

    def render(self) -> dict[str, object]:
        return {
            "method": self.method,
            "path": self.path,
            "header_names": [name.decode("latin-1") for name in self.header_names],
            "idempotency_key": self.idempotency_key,
            "at": self.at,
        }


@dataclass
class World:
    """The state of one sandbox process."""

    accounts: Accounts
    clock: Clock
    faults: Faults
    rate_limit: int
    ignore_idempotency: bool = False
    webhooks: WebhookManner = field(default_factory=WebhookManner)
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=10_000))
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.clock)
