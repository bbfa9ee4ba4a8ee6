"""Sessions: the account that was proved in a browser."""

import time
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.web.linking.browser import COOKIE_SECS, Browser, Browsers

PROVED_SECS: Final = 8 * 3_600
MAX_GRANTS: Final = 50
_KIND: Final = "browser-session"


@dataclass(frozen=True, slots=True)
class Session:
    """The account that a browser proved, and when, in Unix seconds; `grants` are those made in it, the newest first."""

    account: str
    proved_at: int
    grants: tuple[str, ...] = ()


class Sessions:
    """The sessions of browsers. For eight hours after the proof, a browser may see and end the account's connections.

    For 30 days it may also connect the same client to the same account again without another proof.
    """

    def __init__(self, store: Store, vault: Vault, browsers: Browsers) -> None:
        self._records = Records(store, vault, _KIND, Session)
        self._browsers = browsers

    async def account(self, browser: Browser) -> str | None:
        """The principal that the browser proved in the last eight hours."""
        session = await self.of(browser)
        return session.account if session is not None and time.time() - session.proved_at < PROVED_SECS else None

    async def remembered(self, browser: Browser) -> str | None:
        """The principal that the browser proved in the last 30 days."""
        session = await self.of(browser)
        return session.account if session is not None else None

    async def enter(self, browser: Browser, account: str, response: Response, grant_id: str | None = None) -> None:
        """Store the account, and the grant that was made for it, under a new cookie.

        Somebody else may know the cookie from before the proof (session fixation).
        """
        before = await self.of(browser)
        made = before.grants if before is not None and before.account == account else ()
        grants = made if grant_id is None else (grant_id, *made)[:MAX_GRANTS]
        fresh = self._browsers.new()
        await self._records.put(fresh.name, Session(account, int(time.time()), grants), COOKIE_SECS)
        await self.close(browser)
        self._browsers.remember(fresh, response)

    async def close(self, browser: Browser) -> None:
        """Delete the session of the browser."""
        await self._records.delete(browser.name)

    async def renew(self) -> None:
        """Seal again what another value of the secret sealed."""
        await self._records.renew(lambda session: max(session.proved_at + COOKIE_SECS - time.time(), 1))

    async def of(self, browser: Browser) -> Session | None:
        """Return the session of the browser, if it proved an account in the last 30 days."""
        return None if browser.is_new else await self._records.get(browser.name)
