"""Which account a browser has proved to be its own."""

from typing import Final

from starlette.responses import Response

from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import text
from telnyx_remote_mcp.web.linking.browser import COOKIE_SECS, Browser, Browsers

_KIND: Final = "browser-session"


class Sessions:
    """The account of a browser, for eight hours: it may see and end connections, and link the account again."""

    def __init__(self, store: Store, browsers: Browsers) -> None:
        self._store = store
        self._browsers = browsers

    async def account(self, browser: Browser) -> str | None:
        """The principal that the browser proved."""
        if browser.is_new:
            return None
        value = await self._store.get(_KIND, browser.name)
        return text(_KIND, value) if value is not None else None

    async def enter(self, browser: Browser, account: str, response: Response) -> None:
        """Note the account under a new cookie: the one before the proof may be known to somebody else."""
        fresh = self._browsers.new()
        await self._store.put(_KIND, fresh.name, account.encode(), COOKIE_SECS)
        await self.close(browser)
        self._browsers.remember(fresh, response)

    async def close(self, browser: Browser) -> None:
        """Forget the account of the browser."""
        await self._store.delete(_KIND, browser.name)
