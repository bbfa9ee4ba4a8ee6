"""Hosts and mailboxes: normalizes their spelling, and finds those that a text names in any spelling."""

from __future__ import annotations

import codecs
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import unquote

from telnyx_remote_mcp.guardrails.digit_words import closed_up

# Every repetition has a bound: texts are of any length, and may be made to slow a pattern down.
_LABEL: Final = r"[\w-]{1,63}"
_HOST: Final = re.compile(rf"(?:{_LABEL})?(?:\.{_LABEL}){{1,20}}")
_MAILBOX: Final = re.compile(rf"[\w.+%-]{{1,64}}@({_LABEL}(?:\.{_LABEL}){{0,20}})")
_NETLOC: Final = re.compile(r"[a-z][a-z0-9+.-]{0,15}:/{1,3}([^\s/?#\"'<>\\]{1,255})")
_IPV6: Final = re.compile(r"(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])")
_DOT_WORDS: Final = (
    r"dot|period|full stop|punkt|punto|point|ponto|punt|piste|точка|nokta|kropka|tečka|tecka|点|點|ドット|นจุด|نقطة|डॉट"
)
_AT_WORDS: Final = r"at|arroba|chiocciola|klammeraffe|kukac|zavináč|małpa|собака|arobase|アット|艾特"
_DOTS: Final = re.compile(
    rf"\s{{0,2}}[\[({{<]\s{{0,2}}(?:\.|{_DOT_WORDS})\s{{0,2}}[\])}}>]\s{{0,2}}"
    rf"|[\s_-]{{1,2}}(?:{_DOT_WORDS})[\s_-]{{1,2}}|\s{{1,2}}\.\s{{1,2}}|[。｡・·•∙⋅]|(?<=\w),(?=[a-z])"
)
_ATS: Final = re.compile(
    rf"\s{{0,2}}[\[({{<]\s{{0,2}}(?:@|{_AT_WORDS})\s{{0,2}}[\])}}>]\s{{0,2}}"
    rf"|\s{{1,2}}(?:{_AT_WORDS})\s{{1,2}}|\s{{1,2}}@\s{{1,2}}"
)
_DASHES: Final = re.compile(r"\s(?:dash|hyphen|minus|bindestrich|guion|tiret|trattino)\s")
_WORDED: Final = re.compile(
    rf"(?:[\s_-]|[\[({{<]|^)(?:[.@]|{_DOT_WORDS})(?:[\s_-]|[\])}}>])|[。｡・·•∙⋅]|\w,[a-z]"
    rf"|(?:^|\s)[\w.@-](?: [\w.@/:-](?!\S)){{4}}"
)
"""Finds texts that are worth joining: with a dot as a word, in brackets, or between spaced-out letters."""
_ALIKE: Final = str.maketrans("аеорсухіјѕԁһӏԛԝьвкмнтгпαβεικνορτυχηωɑɡıℓ", "aeopcyxijsdhlqwbbkmhtrnabeiknoptuxnwagil")
"""Maps letters of other scripts to the Latin letters that they look like."""
SHORTEST: Final = 8
"""The fewest characters of a part of a host or mailbox that identify the whole."""


def host_of(written: str) -> str:
    """The normalized host in the authority of a URL, which stands between `//` and the path."""
    host = unquote(written).replace("\\", "/").partition("/")[0].rpartition("@")[2]
    inside = host[1:].partition("]")[0] if host.startswith("[") else host
    return _address(inside) or spelled(inside.partition(":")[0])


def spelled(host: str) -> str:
    """A host in its normalized spelling: ASCII, no final dot, no `www.`; an IPv4 address in dotted form."""
    plain = re.sub("[。｡]", ".", unicodedata.normalize("NFKC", host)).lower().strip().rstrip(".")
    if (address := _address(plain)) is not None:
        return address
    with suppress(UnicodeError):
        plain = plain.encode("idna").decode()
    return plain.removeprefix("www.")


def _address(host: str) -> str | None:
    """An IP address, normalized, from any notation: `0x7f.1`, `2130706433`, `::ffff:7f00:1`; None for anything else."""
    with suppress(ValueError):
        found = ipaddress.ip_address(host)
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return str(mapped or found)
    if re.fullmatch(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}", host):
        with suppress(OSError):
            return socket.inet_ntoa(socket.inet_aton(host))
    return None


def hosts_in(plain: str) -> Iterator[str]:
    """The hosts and mailboxes, and parts of them, in a text in lower case. A mailbox also yields `@host`."""
    yield from _named(plain)
    if _WORDED.search(plain) is not None:
        # where a word stands for the sign, a mailbox has a whole host: `call me at 5` names none
        yield from (name for name in _named(_joined(plain)) if "@" not in name or "." in name.rpartition("@")[2])


def _named(text: str) -> Iterator[str]:
    if "@" in text:
        for mailbox in _MAILBOX.finditer(text):
            yield mailbox[0]
            yield f"@{spelled(mailbox[1])}"
    if ":" in text:
        yield from (host_of(netloc) for netloc in _NETLOC.findall(text))
        yield from (found for address in _IPV6.findall(text) if (found := _address(address)) is not None)
    if "." in text:
        rest = _MAILBOX.sub(" ", text) if "@" in text else text
        yield from (host if host.startswith(".") else spelled(host) for host in _HOST.findall(rest))


def _joined(plain: str) -> str:
    """The text with `.`, `@` and `-` in place of words for them, and with spelled-out words joined."""
    dotted = _DOTS.sub(".", f" {closed_up(plain)} ")
    return _DASHES.sub("-", _ATS.sub("@", closed_up(dotted)))


def lookalike(text: str) -> str:
    """The text with letters of other scripts replaced by the Latin letters that they look like."""
    return unicodedata.normalize("NFKC", text).lower().translate(_ALIKE)


def spellings(host: str) -> set[str]:
    """The host, and ways to disguise it in a text: look-alike letters, backwards, rotated by 13."""
    shown = host
    if "xn--" in host:
        with suppress(UnicodeError):
            shown = host.encode().decode("idna")
    return {host, shown, lookalike(shown), host[::-1], codecs.encode(host, "rot13")}
