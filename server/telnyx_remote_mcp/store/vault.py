"""The vault: encrypts the values in the store."""

import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from telnyx_remote_mcp.store.secret import Secret

_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12
_KEY_ID_BYTES: Final = 4
_HEAD_BYTES: Final = len(_FORMAT) + _KEY_ID_BYTES
_TAG_BYTES: Final = 16


class VaultError(Exception):
    """The bytes were not sealed by us for this place, or the secret that sealed them is gone."""


class Vault:
    """Seals (encrypts and authenticates) bytes with AES-256-GCM for one place: at another place they cannot be opened.

    The first value of the secret seals, all of them can open. A sealed value consists of format (1 byte), id of the key
    (4), nonce (12), ciphertext and tag.
    """

    def __init__(self, secret: Secret) -> None:
        keys = secret.derive_all("vault")
        self._keys = {_key_id(key): key for key in keys}
        self._current = _key_id(keys[0])

    @property
    def current(self) -> str:
        """The id of the key that seals, in hex, as it stands before everything that it sealed."""
        return self._current.hex()

    @property
    def ids(self) -> list[str]:
        """The ids of the keys that open, in hex, of the first value first."""
        return [id_.hex() for id_ in self._keys]

    @property
    def has_several(self) -> bool:
        """Whether it opens what other values of the secret sealed."""
        return len(self._keys) > 1

    def seal(self, plaintext: bytes, bound_to: str) -> bytes:
        """Encrypt for the place `bound_to`, such as "grant/ID"."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        place = bound_to.encode()
        ciphertext = _cipher(self._keys[self._current], place).encrypt(nonce, plaintext, place)
        return _FORMAT + self._current + nonce + ciphertext

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Decrypt what was sealed for this place. Raises VaultError."""
        key = self._keys.get(sealed[len(_FORMAT) : _HEAD_BYTES])
        if key is None or not sealed.startswith(_FORMAT) or len(sealed) < _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise VaultError("not sealed with a secret that is known here")
        nonce, ciphertext = sealed[_HEAD_BYTES:][:_NONCE_BYTES], sealed[_HEAD_BYTES + _NONCE_BYTES :]
        place = bound_to.encode()
        try:
            return _cipher(key, place).decrypt(nonce, ciphertext, place)
        except InvalidTag:
            raise VaultError("altered, or sealed for another place") from None

    def outdated(self, sealed: bytes) -> bool:
        """Return whether another value of the secret sealed it: re-seal it before that value is dropped."""
        return sealed[len(_FORMAT) : _HEAD_BYTES] != self._current


def _cipher(key: bytes, place: bytes) -> AESGCM:
    """A cipher with a separate key for each place, so that random nonces never come near their limit."""
    return AESGCM(hmac.digest(key, b"place/" + place, "sha256"))


def _key_id(key: bytes) -> bytes:
    return hmac.digest(key, b"id", "sha256")[:_KEY_ID_BYTES]
