"""The identity of a browser: one random cookie, and the form tokens that are bound to it."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

COOKIE_SECS: Final = 30 * 86_400
_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser; `id` is the cookie's value and as secret as a password."""

    id: str
    is_new: bool

    @property
    def name(self) -> str:
        """A name of the browser that may be stored to recognise it."""
        return hashlib.sha256(self.id.encode()).hexdigest()


class Browsers:
    """Knows browsers by a cookie, which pages of other sites cannot make a browser send with a form.

    `secure` is false only for a server on this machine without https, whose cookie is no `__Host-` one. Nor is that of
    a server below a path, which keeps its cookie to itself: others on its host are not sent it.
    """

    def __init__(self, key: bytes, *, secure: bool, base_path: str = "") -> None:
        self._key = key
        self._secure = secure
        self._path = base_path or "/"
        prefix = ("__Secure-" if base_path else "__Host-") if secure else ""
        self._cookie = f"{prefix}telnyx-mcp"

    def of(self, request: Request) -> Browser:
        """The browser that sent the request, a new one where it has no cookie yet."""
        value = request.cookies.get(self._cookie, "")
        return Browser(value, False) if _ID.fullmatch(value) else self.new()

    def new(self) -> Browser:
        return Browser(secrets.token_urlsafe(32), True)

    def remember(self, browser: Browser, response: Response) -> None:
        """Set the cookie for 30 days, where the browser does not have it."""
        if browser.is_new:
            response.set_cookie(
                self._cookie,
                browser.id,
                COOKIE_SECS,
                path=self._path,
                secure=self._secure,
                httponly=True,
                samesite="lax",
            )

    def token(self, browser: Browser, purpose: str) -> str:
        """The hidden field that proves a form came from a page this browser was shown for `purpose`."""
        return self.derive(f"form/{browser.id}/{purpose}")

    def proves(self, browser: Browser, purpose: str, token: str) -> bool:
        return hmac.compare_digest(self.token(browser, purpose).encode(), token.encode())

    def derive(self, text: str) -> str:
        """43 characters that nobody without the key can tell, the same for the same text."""
        return base64.urlsafe_b64encode(hmac.digest(self._key, text.encode(), "sha256")).rstrip(b"=").decode()
