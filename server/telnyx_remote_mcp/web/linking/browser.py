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
    """One browser; `id` is the cookie's value, as secret as a password."""

    id: str
    is_new: bool

    @property
    def name(self) -> str:
        """A hash of the id, which may be stored to recognise the browser."""
        return hashlib.sha256(self.id.encode()).hexdigest()


class Browsers:
    """Recognises browsers by a cookie, which is not sent with forms on pages of other sites.

    `secure` is false only for a server on this machine without https; its cookie has no prefix. The cookie of a server
    below a path is limited to that path, so that it is not sent to others on the host; its prefix is `__Secure-`.
    Every other cookie has the prefix `__Host-`.
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
        """Set the cookie for 30 days, unless the browser has it."""
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
        """The form token: a hidden field which proves that this browser was shown the form, for `purpose`."""
        return self.derive(f"form/{browser.id}/{purpose}")

    def proves(self, browser: Browser, purpose: str, token: str) -> bool:
        return hmac.compare_digest(self.token(browser, purpose).encode(), token.encode())

    def derive(self, text: str) -> str:
        """43 characters, always the same for a text, that nobody without the key can compute."""
        return base64.urlsafe_b64encode(hmac.digest(self._key, text.encode(), "sha256")).rstrip(b"=").decode()
