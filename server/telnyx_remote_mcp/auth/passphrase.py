"""The passphrase by which the user of a server over stdio proves that they are the person, and not an agent.

The person sets it in a terminal, where an agent neither reads nor writes. Only a slow hash of it is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Final

SHORTEST: Final = 8
_FILE: Final = "passphrase"
_SALT_BYTES: Final = 16


class BadPassphrase(ValueError):
    """The passphrase cannot be used; the message says why."""


def is_set(data_dir: Path) -> bool:
    """Whether a passphrase is set."""
    return (data_dir / _FILE).exists()


def keep(data_dir: Path, passphrase: str) -> None:
    """Set or replace the passphrase. Raises BadPassphrase, and OSError where it cannot be stored."""
    if len(passphrase) < SHORTEST:
        raise BadPassphrase(f"A passphrase needs at least {SHORTEST} characters.")
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    salt = secrets.token_bytes(_SALT_BYTES)
    draft = data_dir / f".{_FILE}-{secrets.token_hex(8)}"
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_bytes(salt + _hash(passphrase, salt))
    draft.replace(data_dir / _FILE)


def proves(data_dir: Path, passphrase: str) -> bool:
    """Whether this is the passphrase. Takes about 50 ms, right or wrong."""
    try:
        kept = (data_dir / _FILE).read_bytes()
    except OSError:
        return False
    salt, expected = kept[:_SALT_BYTES], kept[_SALT_BYTES:]
    return hmac.compare_digest(_hash(passphrase, salt), expected)


def _hash(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=2**14, r=8, p=1, maxmem=64 * 1024 * 1024)
