"""Redirect URIs that a client may use: an https page, a loopback address, or an app's own URI scheme."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

WELL_KNOWN: Final = frozenset({"cursor", "vscode", "vscode-insiders", "vscodium", "windsurf", "zed", "claude", "goose"})
"""URI schemes that desktop apps for agents register with the operating system."""

_MAX_LENGTH: Final = 2_048
_UNSAFE: Final = frozenset(' "\\<>`{}|^')
_PRIVATE_USE: Final = re.compile(r"([a-z][a-z0-9+.-]{1,63}):/+[A-Za-z0-9]")
# Schemes that a browser runs, reads or fetches itself, or hands to a program that acts on the rest of the URI.
_NEVER: Final = re.compile(
    r"https?|wss?|s?ftps?|file(system)?|data|(java|vb|live|j)script|mocha|blob|about|view-source|jar|resource|content"
    r"|(chrome|moz|ms|microsoft|x-apple)([.-].*)?|web\+.*|edge|brave|opera|intent|android-app|market|itms.*|x-man-page"
    r"|mailto|tel|sms(to)?|facetime.*|ssh|telnet|rdp|vnc|ldaps?|gopher|nntp|news|smb|nfs|afp|dav|webcal|feed|magnet"
    r"|shell|terminal|search(-ms)?|help|hcp|res|mk|mhtml|cid|mid|urn"
)


def permitted(uri: str) -> bool:
    """Return whether a client may register the URI: written plainly, and of one of the three kinds."""
    parts = _split(uri)
    if parts is None or not _is_plain(uri, parts):
        return False
    return (parts.scheme == "https" and bool(parts.hostname)) or is_loopback(uri) or is_private_use(uri)


def matches(registered: str, requested: str) -> bool:
    """Return whether a request may use the URI: exactly the registered one, except that a loopback port may differ."""
    if registered == requested:
        return True
    ours, theirs = _split(registered), _split(requested)
    if ours is None or theirs is None or not is_loopback(registered) or not _is_plain(requested, theirs):
        return False
    return _without_port(ours) == _without_port(theirs)


def is_loopback(uri: str) -> bool:
    """Return whether the URI is plain http to the person's own machine."""
    parts = _split(uri)
    if parts is None or parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def is_private_use(uri: str) -> bool:
    """Return whether the URI has an app's own scheme (RFC 8252, 7.1), on which no browser acts.

    PKCE makes a code useless to another app that claims the same scheme.
    """
    match = _PRIVATE_USE.match(uri)
    return match is not None and _NEVER.fullmatch(match[1]) is None


def may_follow_at_once(uri: str) -> bool:
    """Return whether a browser may be redirected there before a person decided: never to a website or an unknown app.

    Anybody can register a client, so such redirects would make this server an open redirector.
    """
    return is_loopback(uri) or (is_private_use(uri) and uri.partition(":")[0] in WELL_KNOWN)


def host(uri: str) -> str:
    """Return the destination of the redirect as people read it: the host, or the scheme of an app."""
    parts = _split(uri)
    if parts is None:
        return ""
    if is_private_use(uri):
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    return parts.hostname or ""


def _is_plain(uri: str, parts: SplitResult) -> bool:
    """Return whether the URI is in a form that cannot be written differently: scheme and host in lower case, no
    credentials, escapes or wildcard in the host, and no fragment."""
    netloc = parts.netloc
    return (
        uri.startswith(f"{parts.scheme}:")
        and netloc == netloc.lower()
        and not any(mark in netloc for mark in "@*%")
        and "#" not in uri
    )


def _without_port(parts: SplitResult) -> tuple[str, str | None, str, str]:
    return parts.scheme, parts.hostname, parts.path, parts.query


def _split(uri: str) -> SplitResult | None:
    if len(uri) > _MAX_LENGTH or not uri.isascii() or not uri.isprintable() or _UNSAFE & set(uri):
        return None
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return None
    return parts
