"""The format of stored values: how they are written, and read back by this and by other versions."""

from __future__ import annotations

import logging
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from telnyx_remote_mcp.store.vault import Vault, VaultError

logger = logging.getLogger("telnyx_remote_mcp.store")

Value = TypeVar("Value")


class Record(Generic[Value]):
    """The format of one kind of value: JSON, sealed if it is secret.

    Versions run side by side, and their stored values outlive them. So unknown members are ignored. A member that may
    be missing has a default, which must never allow more than the member did. A value that cannot be read counts as
    gone, and its kind is logged. If a form changes, change it here or in the type, and add an example to
    `tests/fixtures/stored`.
    """

    def __init__(self, kind: str, adapter: TypeAdapter[Value]) -> None:
        self._kind = kind
        self._adapter = adapter

    def dump(self, value: Value) -> bytes:
        """The value as JSON."""
        return self._adapter.dump_json(value)

    def load(self, stored: bytes) -> Value | None:
        """The value, or None if this version cannot read it."""
        try:
            return self._adapter.validate_json(stored)
        except ValidationError:
            _log_as_gone(self._kind)
            return None

    def seal(self, value: Value, vault: Vault, place: str) -> bytes:
        """The value as JSON, encrypted for this place."""
        return vault.seal(self.dump(value), place)

    def open(self, sealed: bytes, vault: Vault, place: str) -> Value | None:
        """The value, or None if its secret is gone, it was sealed for another place, or this version cannot read it."""
        try:
            return self.load(vault.open(sealed, place))
        except VaultError:
            return None


def text(kind: str, stored: bytes) -> str | None:
    """A value that is stored as plain ASCII text, or None if it is something else."""
    try:
        return stored.decode("ascii")
    except UnicodeDecodeError:
        _log_as_gone(kind)
        return None


def _log_as_gone(kind: str) -> None:
    logger.warning("A stored %s cannot be read by this version: it counts as gone.", kind)
