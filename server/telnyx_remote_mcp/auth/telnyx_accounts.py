"""The principals of accounts that were linked by signing in at Telnyx."""

import hmac
import secrets
from typing import Final

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import text
from telnyx_remote_mcp.store.secret import Secret

_KIND: Final = "telnyx-account"


class TelnyxAccounts:
    """A random principal for each account at Telnyx, the same at every sign-in."""

    def __init__(self, store: Store, secret: Secret) -> None:
        self._store = store
        self._keys = secret.derive_all("store")

    async def principal(self, account_id: str) -> str:
        """`telnyx:` and 32 hexadecimal digits. Without an id, each sign-in is an account of its own."""
        fresh = f"telnyx:{secrets.token_hex(16)}"
        if not account_id:
            return fresh
        names = [hmac.digest(key, account_id.encode(), "sha256").hex() for key in self._keys]
        for name in names:
            if (known := await self._read(name)) is not None:
                await self._store.add(_KIND, names[0], known.encode())  # also under the newest secret
                return known
        await self._store.add(_KIND, names[0], fresh.encode())
        return await self._read(names[0]) or fresh

    async def _read(self, name: str) -> str | None:
        kept = await self._store.get(_KIND, name)
        return text(_KIND, kept) if kept is not None else None
