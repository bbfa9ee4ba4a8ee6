"""The format of stored values: how they are written, and read back by this version or another one."""

from __future__ import annotations

import logging
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from telnyx_remote_mcp.store.vault import Vault, VaultError

logger = logging.getLogger("telnyx_remote_mcp.store")

Value = TypeVar("Value")


class Record(Generic[Value]):
    """One kind of value, kept as JSON, and sealed where it is secret.

    Versions run side by side, and what they stored outlives them. So members that are not known here are ignored. A
    member that may be missing has a default, which must never allow more than the member did. What cannot be read
    counts as gone, and the log tells its kind. A changed form is changed here or in the type, and gets an example in
    `tests/fixtures/stored`.
    """

    def __init__(self, kind: str, adapter: TypeAdapter[Value]) -> None:
        self._kind = kind
        self._adapter = adapter

    def dump(self, value: Value) -> bytes:
        """The value as JSON."""
        return self._adapter.dump_json(value)

    def load(self, stored: bytes) -> Value | None:
        """The value, or None where this version cannot read it."""
        try:
            return self._adapter.validate_json(stored)
        except ValidationError:
            _log_as_gone(self._kind)
            return None

    def seal(self, value: Value, vault: Vault, place: str) -> bytes:
        """The value as JSON, encrypted for this place."""
        return vault.seal(self.dump(value), place)

    def open(self, sealed: bytes, vault: Vault, place: str) -> Value | None:
        """The value, or None where its secret is gone, it is not from this place, or this version cannot read it."""
        try:
            return self.load(vault.open(sealed, place))
        except VaultError:
            return None


def text(kind: str, stored: bytes) -> str | None:
    """A value that is kept as text alone, or None where it is none."""
    try:
        return stored.decode("ascii")
    except UnicodeDecodeError:
        _log_as_gone(kind)
        return None


def _log_as_gone(kind: str) -> None:
    logger.warning("A stored %s cannot be read by this version: it counts as gone.", kind)
