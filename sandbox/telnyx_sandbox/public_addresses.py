"""Public web addresses, whose content the sandbox makes up."""

from urllib.parse import SplitResult, urlsplit

from .errors import SandboxError

LONGEST_URL = 2_000


def public(url: str, pointer: str) -> SplitResult:
    """The parts of an address. Raises SandboxError if it is not an http(s) address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SandboxError("10003", pointer=pointer) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > LONGEST_URL:
        raise SandboxError("10003", pointer=pointer)
    return parts


def reachable(url: str, pointer: str) -> SplitResult:
    """Like `public`, but also raises SandboxError if nothing answers at the address."""
    parts = public(url, pointer)
    if answers_nothing(parts):
        raise SandboxError("10003", f"Nothing answers at {parts.hostname}.", pointer=pointer)
    return parts


def answers_nothing(parts: SplitResult) -> bool:
    """True for every name under `.invalid`."""
    return (parts.hostname or "").endswith(".invalid")
