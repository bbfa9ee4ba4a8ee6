"""The one secret of a deployment, from which every other key is derived."""

import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from telnyx_remote_mcp.store.base import StoreUnavailable

MIN_BYTES = 32
FILE_NAME = "secret"
_INFO_PREFIX = b"telnyx-remote-mcp/"

Naming = Literal[
    "approvals",
    "audit",
    "by-text",
    "call-bills",
    "contacts",
    "cookie",
    "duplicates",
    "live-calls",
    "pepper",
    "quotas",
    "store",
]
"""Purposes of keys that make names: HMACs that other replicas look up, also after a change of the secret."""


class SecretError(ValueError):
    """The secret is missing, too short or kept unsafely; the text says what to do."""


class Secret:
    """One or more secret values. The first one signs and seals; all of them open and verify.

    Names are made by keys of their own, which the store keeps (`Names`); without a store, by those of the first value.
    """

    def __init__(self, *values: bytes) -> None:
        if not values or any(len(value) < MIN_BYTES for value in values):
            raise SecretError(
                f"Each value of TELNYX_MCP_SECRET needs at least {MIN_BYTES} bytes; make one with: openssl rand -hex 32"
            )
        self._values = values
        self._names: dict[str, bytes] | None = {}

    @classmethod
    def load(cls, value: str | None, data_dir: Path) -> "Secret":
        """The secret in `value` (comma-separated, the one that seals first), else the one kept in `data_dir`.

        Without either, a new one is written to `data_dir`, readable by its owner only. Processes that
        start at the same time agree on one. Raises SecretError.
        """
        if value is not None:
            return cls._parse(value)
        path = data_dir / FILE_NAME
        try:
            if not path.exists():
                _create(path)
            return cls._parse(_read(path))
        except OSError as error:
            raise SecretError(
                f"No secret can be kept in {data_dir} ({error.strerror}); set TELNYX_MCP_SECRET, "
                "or TELNYX_MCP_DATA_DIR to a directory that the server may write"
            ) from error

    @classmethod
    def _parse(cls, text: str) -> "Secret":
        return cls(*(part.strip().encode() for part in text.split(",")))

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key of the first value for one purpose, such as "audit" or "vault"."""
        return _hkdf(self._values[0], purpose)

    def derive_all(self, purpose: str) -> list[bytes]:
        """The keys for one purpose, in the order of the values: write with the first, read with any."""
        return [_hkdf(value, purpose) for value in self._values]

    @property
    def makes_names(self) -> bool:
        """Whether its names are settled; before that, no account is found."""
        return self._names is not None

    def name_key(self, purpose: Naming) -> bytes:
        """The key that makes the names for one purpose; it stays when the secret changes.

        Raises StoreUnavailable while the store that keeps it was not read yet.
        """
        if self._names is None:
            raise StoreUnavailable("its names are not read yet")
        if purpose not in self._names:
            self._names[purpose] = self.derive(purpose)
        return self._names[purpose]

    def name_keys(self, purpose: Naming) -> list[bytes]:
        """That key, and those of each value, by which earlier versions made names: write with the first, read with any.

        Raises StoreUnavailable as `name_key`.
        """
        return list(dict.fromkeys([self.name_key(purpose), *self.derive_all(purpose)]))

    def await_names(self) -> None:
        """Make no names until they are settled."""
        self._names = None

    def settle_names(self, keys: Mapping[str, bytes]) -> None:
        """Make names by these keys."""
        self._names = dict(keys)

    def __repr__(self) -> str:
        return f"<Secret of {len(self._values)} value(s)>"


def _hkdf(value: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=_INFO_PREFIX + purpose.encode()).derive(value)


def _create(path: Path) -> None:
    """Write a new secret to `path` atomically, unless another process was first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # O_EXCL, mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _read(path: Path) -> str:
    with path.open() as file:
        mode = os.fstat(file.fileno()).st_mode
        if os.name == "posix" and mode & stat.S_IRWXO:
            raise SecretError(f"{path} can be read or changed by other users; run: chmod 600 {path}")
        return file.read()
