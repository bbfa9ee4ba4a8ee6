"""Kinds of sensitive operations. Generic calls of each are off until the operator allows the kind."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

Kind = Literal["access", "payment", "limits", "credentials", "transfer", "bulk", "watchers"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

DOES: Final = {
    "access": "manages who may use the account",
    "payment": "moves money",
    "limits": "sets or lifts limits on spending",
    "credentials": "makes or shows credentials with which others can act",
    "transfer": "gives numbers or accounts away",
    "bulk": "changes or deletes many things at once",
    "watchers": "decides who is told what happens, or where it is kept",
}


def reason(what: str, kinds: Sequence[str], instead: str = "") -> str:
    """Explain why something of these kinds is refused, what to do `instead`, and who can allow it."""
    does = " and ".join(DOES[kind] for kind in kinds)
    return f"{what} {does}; {instead}the operator of this server has to allow that (--allow {','.join(kinds)})"
