"""Effects: what a call may do to the account. Every policy about calls derives from it."""

from enum import StrEnum


class Effect(StrEnum):
    """The effect that a call may have on the account. Annotations, read-only mode, confirmation and the audit
    derive from it."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"
    SPENDS = "spends"
    """Costs money, or reaches a third party."""
