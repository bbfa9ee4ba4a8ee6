"""A request as it is sent, its limits, and `Failure`: an attempt without an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from telnyx_tools.api.credential import Credential
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.retry import MAX_ATTEMPTS, Replay

READ_SECS = 30.0
LONG_SECS = 120.0
"""The timeout for inference, embeddings and uploads."""
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
    """Makes the body anew for every attempt, in place of `content`. `headers` must then hold its Content-Length."""
    replay: Replay = Replay.NEVER
    attempts: int = MAX_ATTEMPTS
    timeout_secs: float = READ_SECS
    max_bytes: int = MAX_RESPONSE_BYTES
    decompress: bool = True
    """Whether to decompress the answer by its Content-Encoding; False leaves the stored bytes."""


class Sender(Protocol):
    """The client of one caller, as needed by modules that build calls themselves (S3)."""

    @property
    def credential(self) -> Credential | None: ...
    @property
    def principal(self) -> str: ...
    async def perform(self, call: Call) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt without an answer. `sent` is false only if no byte of the request can have been sent."""

    sent: bool
    reason: str
    status: int | None = None
