"""The rule for URLs in Telnyx's answers: which of them may be fetched.

An answer may hold a URL that somebody else chose, such as that of a recording in a customer's own storage. Only hosts
of Telnyx and of S3 are fetched from, so that no URL leads into the network of this server.
"""

from __future__ import annotations

import re

from telnyx_tools.api.hosts import is_loopback, is_telnyx

MAX_ADDRESS = 8_000

_ADDRESS = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?(?![^/?])[!-\[\]-~]*", re.IGNORECASE)
"""Excludes what two URL parsers could read differently: user names, backslashes, spaces."""

_S3 = re.compile(r"([a-z0-9.-]+\.)?s3([.-](dualstack\.)?[a-z]{2}(-[a-z]+){1,2}-[0-9])?\.amazonaws\.com")


def checked_download(url: str, base_url: str) -> None:
    """Raises ValueError, in words fit for an agent, if the URL may not be fetched.

    Allowed are https URLs of Telnyx and S3, and, if `base_url` is on loopback, its own host and port.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None or len(url) > MAX_ADDRESS:
        raise ValueError("Telnyx gave no valid address.")
    scheme, host, port = origin = _origin(found)
    base = _ADDRESS.fullmatch(base_url)
    if is_loopback(host) and base is not None and origin == _origin(base):
        return
    if (scheme, port) != ("https", 443):
        raise ValueError("This server fetches files by https only.")
    if not (is_telnyx(host) or _S3.fullmatch(host)):
        raise ValueError("The file is on a host that this server does not fetch from.")


def _origin(found: re.Match[str]) -> tuple[str, str, int]:
    scheme = found[1].lower()
    return scheme, found[2].lower().strip("[]"), int(found[3] or (443 if scheme == "https" else 80))
