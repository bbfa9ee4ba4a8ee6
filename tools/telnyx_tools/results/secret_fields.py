"""Recognizes secret fields, which no agent may read, by their names: in answers and in requests."""

import re
from collections.abc import Mapping
from functools import lru_cache

_SECRET = re.compile(
    r"(.*_)?"
    r"(password|passcode|passphrase|secret|token|credentials?|jwt|bearer|pin[12]?|puk[12]?|otp"
    r"|(api|access|account|auth|private|secret|secret_access|signing|encryption|shared|bgp)_key"
    r"|(activation|custom|verification|recovery)_codes?|account_json_file)"
    r"|authorization|code_verifier|payment_signature"
)
_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST = 64
"""Only so many characters at the end of a name are checked: names come from anywhere and may be of any length."""

NOT_SECRET: Mapping[str, frozenset[str]] = {
    "ai.openai.chat.create_completion": frozenset({"token"}),  # a piece of the text, among its probabilities
}
"""Operation id -> fields of it whose names look secret although they are not."""

ALSO_SECRET: Mapping[str, frozenset[str]] = {
    "compute.funcs.export.create": frozenset({"headers"}),  # they authorize the export
    "whatsapp.hosted_signups.list": frozenset({"url"}),  # it has the token
    "whatsapp.hosted_signups.retrieve": frozenset({"url"}),
}
"""Operation id -> fields of it that are secret although their names do not look so."""


def is_secret(name: str, operation_id: str = "") -> bool:
    """Return whether a field of this name, in a request or an answer of the operation, holds a secret.

    The spelling does not matter: `sip_auth_password`, `SipAuthPassword`, `sip-auth-password`. The caller has to except
    operations that show a secret once by design (`Operation.shown_once`).
    """
    if _looks_secret(name):
        return name not in NOT_SECRET.get(operation_id, ())
    return name in ALSO_SECRET.get(operation_id, ())


@lru_cache(maxsize=4096)
def _looks_secret(name: str) -> bool:
    return _SECRET.fullmatch(_CAPITALS.sub("_", name[-_LONGEST:]).replace("-", "_").lower()) is not None
