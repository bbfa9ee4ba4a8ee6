"""The hosts to which a caller's credential may be sent."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

import httpx2

TELNYX_DOMAINS = ("telnyx.com", "telnyxcloudstorage.com")

_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+")


@lru_cache
def checked_upstream(url: str, *, allow_custom: bool = False) -> httpx2.URL:
    """The base URL, without a trailing slash, if credentials may be sent there.

    Allowed are https to a host of Telnyx, http or https on loopback, and with `allow_custom` https to any host. Raises
    ValueError for the rest, in one line fit for a command line.
    """
    parsed = _parse(url)
    if parsed.scheme not in ("https", "http"):
        raise ValueError("A Telnyx base URL starts with https:// (or http:// on loopback).")
    if not is_loopback(parsed.host):
        if parsed.scheme != "https":
            raise ValueError(f"{parsed.host} must be reached by https: credentials travel in every request.")
        if not (allow_custom or is_telnyx(parsed.host)):
            raise ValueError(f"{parsed.host} is no host of Telnyx; --allow-custom-upstream lets credentials go there.")
    return parsed


def is_telnyx(host: str) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in TELNYX_DOMAINS)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parse(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url.rstrip("/"))
        plain = not (parsed.userinfo or parsed.query or parsed.fragment)
        well_formed = plain and _HOST.fullmatch(parsed.raw_host.decode("ascii")) is not None
    except httpx2.InvalidURL:
        well_formed = False
    if not well_formed:
        raise ValueError("A base URL is scheme, host, port and path, such as https://api.telnyx.com/v2.")
    return parsed
