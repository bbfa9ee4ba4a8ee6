"""Public web addresses. The sandbox makes up their content."""

from urllib.parse import SplitResult, urlsplit

from .errors import SandboxError

LONGEST_URL = 2_000


def public(url: str, pointer: str) -> SplitResult:
    """The parts of a URL. Raises SandboxError if it is not an http(s) URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SandboxError("10003", pointer=pointer) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > LONGEST_URL:
        raise SandboxError("10003", pointer=pointer)
    return parts


def reachable(url: str, pointer: str) -> SplitResult:
    """Like `public`, but also raises SandboxError if no host answers there."""
    parts = public(url, pointer)
    if answers_nothing(parts):
        raise SandboxError("10003", f"Nothing answers at {parts.hostname}.", pointer=pointer)
    return parts


def answers_nothing(parts: SplitResult) -> bool:
    """Whether the host is under `.invalid`; such hosts never answer."""
    return (parts.hostname or "").endswith(".invalid")
