"""The scopes that Telnyx's authorization server publishes."""

from typing import Final

_BOTH: Final = (
    "account_management",
    "ai",
    "edge_compute",
    "enterprise_integrations",
    "fax",
    "messaging",
    "networking",
    "numbers",
    "reporting",
    "speech",
    "storage",
    "verify",
    "video",
    "voice",
    "wireless",
)

SCOPES: Final = tuple(
    sorted(
        ["authentication_and_access.read", "billing.read"]
        + [f"{family}.{access}" for family in _BOTH for access in ("read", "write")]
    )
)


def unknown(scope: str) -> list[str]:
    """The scopes of a space-separated list that do not exist."""
    return [name for name in scope.split() if name not in SCOPES]
