"""One call as it goes on the wire, its limits, and an attempt of it that brought no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from telnyx_tools.api.credential import Credential
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.retry import MAX_ATTEMPTS, Replay

READ_SECS = 30.0
LONG_SECS = 120.0
"""For inference, embeddings and uploads."""
MAX_RESPONSE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it goes on the wire, the same for every attempt.

    `url` is percent-encoded and sent as it stands. `headers` lack Host and Content-Length. `label` is the
    method and path template, for errors and logs.
    """

    label: str
    method: str
    url: str = field(repr=False)
    headers: Sequence[tuple[str, str]] = field(repr=False)
    content: bytes = field(default=b"", repr=False)
    stream: Callable[[], AsyncIterator[bytes]] | None = field(default=None, repr=False)
    """Gives the body anew for every attempt, in the place of `content`; `headers` then have its Content-Length."""
    replay: Replay = Replay.NEVER
    attempts: int = MAX_ATTEMPTS
    timeout_secs: float = READ_SECS
    max_bytes: int = MAX_RESPONSE_BYTES
    decompress: bool = True
    """False leaves an answer as it is stored, whatever its Content-Encoding."""


class Sender(Protocol):
    """The client of one caller, as far as calls need it that are built elsewhere."""

    @property
    def credential(self) -> Credential | None: ...
    @property
    def principal(self) -> str: ...
    async def perform(self, call: Call) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt without an answer. `sent` is false only if no byte of the request can have left."""

    sent: bool
    reason: str
    status: int | None = None
