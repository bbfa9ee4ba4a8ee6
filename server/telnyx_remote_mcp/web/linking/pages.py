"""Pages: their templates, their style, and their security headers."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, RedirectResponse, Response

from telnyx_remote_mcp.web.rendering import render

_HOST: Final = re.compile(r"(\*\.)?[A-Za-z0-9.-]+(:[0-9]+)?")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")


class Pages:
    """Renders pages that run no script, load only the icon, and cannot be framed or cached.

    `base_path` is the prefix that a proxy strips from the path of a request.
    """

    def __init__(self, *, sandbox: bool, base_path: str = "") -> None:
        self._sandbox = sandbox
        self._base_path = base_path

    def page(self, template: str, status: int = 200, *, leads_to: Iterable[str] = (), **values: object) -> Response:
        """Render a page. `leads_to` are the URLs on other hosts to which the answer to its form may redirect."""
        html = render(f"linking/{template}", style=self._style, sandbox=self._sandbox, base=self._base_path, **values)
        return HTMLResponse(html, status, {**_HEADERS, "Content-Security-Policy": self._policy(leads_to)})

    def problem(self, status: int, title: str, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """The page that says what went wrong and what to do."""
        answer = self.page("error.html", status, title=title, text=text)
        answer.headers.update(headers or {})
        return answer

    def over(self) -> Response:
        """The page for a client's request that was answered, has expired, or never existed."""
        return self.problem(
            410,
            "This sign-in is over",
            "It was answered already, perhaps in another tab, took longer than ten minutes, or began in another "
            "browser. If you just allowed it, the application is connected and you can close this page. Else go back "
            "to the application and connect again.",
        )

    def forged(self) -> Response:
        """The page for a form that this browser was not shown."""
        return self.problem(
            403,
            "This form cannot be used",
            "It is too old or came from elsewhere, or the browser keeps no cookies. Go back, reload, try again.",
        )

    def redirect(self, url: str) -> Response:
        """Redirect with GET to a URL, or to a path of this server, with the base path that the browser needs."""
        return RedirectResponse(f"{self._base_path}{url}" if url.startswith("/") else url, 303, _HEADERS)

    def _policy(self, leads_to: Iterable[str]) -> str:
        targets = " ".join(dict.fromkeys(["'self'", *map(_source, leads_to)]))
        return (
            f"default-src 'none'; style-src 'sha256-{self._digest}'; img-src 'self'; "
            f"base-uri 'none'; form-action {targets}; frame-ancestors 'none'"
        )

    @cached_property
    def _style(self) -> str:
        assets = files("telnyx_remote_mcp.web").joinpath("assets")
        return "".join(assets.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "linking.css"))

    @cached_property
    def _digest(self) -> str:
        return base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()


_HEADERS: Final = {
    "Cache-Control": "no-store",
    # Not no-referrer: with that, browsers send the forms of these pages with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def _source(url: str) -> str:
    """The narrowest CSP source that matches the URL. CSP has none for an IPv6 address, so that is its scheme."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:" if _SCHEME.fullmatch(parts.scheme) else "'self'"
