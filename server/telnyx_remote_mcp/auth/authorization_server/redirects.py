"""Where a client may have the browser sent back to."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

PRIVATE_USE: Final = frozenset({"cursor://anysphere.cursor-mcp/oauth/callback"})
"""Callbacks of well-known desktop apps that use a scheme of their own, each as a whole. PKCE makes a code useless to
another app that claims the scheme."""

_MAX_LENGTH: Final = 2_048
_UNSAFE: Final = frozenset(' "\\<>`{}|^')


def permitted(uri: str) -> bool:
    """Whether a client may register the URI: https, or http on this machine; nothing hidden in it."""
    if uri in PRIVATE_USE:
        return True
    parts = _split(uri)
    if parts is None or not parts.hostname or "@" in parts.netloc or "#" in uri or "*" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(uri))


def matches(registered: str, requested: str) -> bool:
    """Whether a request may use the URI: it is the registered one, to the letter, but for the port on this machine."""
    if registered == requested:
        return True
    ours, theirs = _split(registered), _split(requested)
    if ours is None or theirs is None or not is_loopback(registered) or "@" in theirs.netloc:
        return False
    return _without_port(ours) == _without_port(theirs) and "#" not in requested


def is_loopback(uri: str) -> bool:
    """Whether the URI is plain http to a program on the person's own machine."""
    parts = _split(uri)
    if parts is None or parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def host(uri: str) -> str:
    """Whom the browser is sent back to, for people to read."""
    parts = _split(uri)
    return (parts.hostname if parts is not None else None) or ""


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
