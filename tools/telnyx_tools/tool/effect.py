"""Effects: the one word that every policy about a call derives from."""

from enum import StrEnum


class Effect(StrEnum):
    """The effect that a call may have on the account. Annotations, read-only mode, confirmation and the audit
    derive from it."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"
    SPENDS = "spends"
    """Costs money, or reaches a third party."""
