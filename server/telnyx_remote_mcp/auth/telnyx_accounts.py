"""The principals of accounts that were linked by signing in at Telnyx."""

import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

_KIND: Final = "telnyx-account"
_PRINCIPAL: Final = re.compile(r"telnyx:[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Account:
    """An account at Telnyx and its principal here. `id` is Telnyx's; "" where an older version did not store it."""

    principal: str
    id: str = ""


class TelnyxAccounts:
    """A random principal for each account at Telnyx, the same at every sign-in."""

    def __init__(self, store: Store, vault: Vault, secret: Secret) -> None:
        self._records = Records(store, vault, _KIND, Account)
        self._secret = secret

    async def principal(self, account_id: str) -> str:
        """The principal of an account: `telnyx:` and 32 hexadecimal digits. Without an id, each sign-in has its own."""
        fresh = Account(f"telnyx:{secrets.token_hex(16)}", account_id)
        if not account_id:
            return fresh.principal
        for name in self._names(account_id):
            if (known := await self._records.get(name)) is not None:
                if not known.id:
                    await self._records.put(name, Account(known.principal, account_id), None)
                return await self._entered(Account(known.principal, account_id))
        return await self._entered(fresh)

    async def renew(self, believed: Collection[str] | None) -> None:
        """Seal all accounts by the first value of the secret, and store those by their present name that have only an
        older one.

        `believed` are the principals whose entries of the first version, which were not sealed, are accepted.
        """

        def plain(_: str, raw: bytes) -> Account | None:
            text = raw.decode("ascii", "replace")
            return Account(text) if _PRINCIPAL.fullmatch(text) and text in (believed or ()) else None

        await self._records.renew(lambda _: None, None if believed is None else plain)
        async for _, account in self._records.all():
            if account.id:
                await self._entered(account)

    async def _entered(self, account: Account) -> str:
        """The principal of the account by its present name; stores `account` where there is none yet."""
        name = self._names(account.id)[0]
        await self._records.add(name, account, None)
        kept = await self._records.get(name)
        return kept.principal if kept is not None else account.principal

    def _names(self, account_id: str) -> list[str]:
        return [hmac.digest(key, account_id.encode(), "sha256").hex() for key in self._secret.name_keys("store")]
