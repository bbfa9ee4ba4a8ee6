"""The HMAC keys that name accounts, calls and addresses in the store. They outlive a change of the secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, get_args

from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.records import Kept, Records
from telnyx_remote_mcp.store.secret import Naming, Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.tasks import CLEANUP_SECS, end

logger = logging.getLogger(__name__)

KIND: Final = "names"
_KEY: Final = "keys"
_RETRY_SECS: Final = 1.0


@dataclass(frozen=True, slots=True)
class NameKeys:
    """The keys by purpose, in hex. There may be purposes of a newer version among them."""

    keys: Mapping[str, str] = field(repr=False)


class Names:
    """Keeps the keys that make names in the store, sealed, and gives them to the secret at start-up.

    They are derived from the first value of the secret at the first start on the store, and stay. So all replicas find
    a call that was made, a limit, an approval or an inbox by the same name while the secret is changed and after it,
    in whichever order they have its values. Until the store has answered, the secret makes no names.
    """

    def __init__(self, store: Store, secret: Secret) -> None:
        self._store = store
        self.secret = secret
        self._vault = Vault(secret)
        self._records = Records(store, self._vault, KIND, NameKeys)
        secret.await_names()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Give the secret its keys at the start, or as soon as the store answers."""
        task = None
        try:
            await self.settle()
        except StoreUnavailable as error:
            logger.warning("The store does not answer yet: %s", error)
            task = asyncio.create_task(self._retried())
        try:
            yield
        finally:
            if task is not None:
                await end([task], CLEANUP_SECS)

    async def settle(self) -> None:
        """Read the keys, or store those of the first value where there are none, and give them to the secret.

        Raises StoreUnavailable.
        """
        while (keys := await self._kept()) is None:
            pass  # another process wrote at the same time: read again
        self.secret.settle_names({purpose: bytes.fromhex(keys[purpose]) for purpose in get_args(Naming)})

    async def renew(self) -> None:
        """Re-seal the keys by the first value of the secret."""
        await self._records.renew(lambda _: None)

    async def _retried(self) -> None:
        while True:
            await asyncio.sleep(_RETRY_SECS)
            try:
                return await self.settle()
            except StoreUnavailable:
                continue

    async def _kept(self) -> Mapping[str, str] | None:
        """The keys as they are stored now, one for each purpose; None where they have to be read again."""
        place, kept, stored = await self._found()
        keys = {**{purpose: self.secret.derive(purpose).hex() for purpose in get_args(Naming)}, **stored}
        if kept is not None and keys == stored and not self._vault.outdated(kept.sealed):
            return keys
        if place != _KEY:  # nobody else's, so what cannot be read there is replaced
            return (await self._records.change(place, lambda _: NameKeys(keys), lambda _: None)).keys
        return keys if await self._records.swap(place, kept, NameKeys(keys), None) else None

    async def _found(self) -> tuple[str, Kept[NameKeys] | None, Mapping[str, str]]:
        """Where the keys belong, what can be read there, and the keys that there are.

        What a value that is not known here sealed stays as it is, since replicas that know it may be running. This one
        then has keys of its own, under the id of its first value.
        """
        sealed = await self._store.get(KIND, _KEY)
        kept = self._records.opened(_KEY, sealed)
        if sealed is None or kept is not None:
            return _KEY, kept, kept.value.keys if kept is not None else {}
        logger.warning("The store has names of another TELNYX_MCP_SECRET: what was kept under them is not found.")
        places = [f"{_KEY}-{id_}" for id_ in self._vault.ids]
        own = [await self._records.read(place) for place in places]
        stored = next((kept.value.keys for kept in own if kept is not None), {})
        return places[0], own[0], stored
