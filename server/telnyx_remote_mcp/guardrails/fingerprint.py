"""Fingerprints: keyed hashes that tell whether two calls are identical and from the same account."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

from pydantic_core import to_jsonable_python

from telnyx_remote_mcp.calls.call import Call

_canonical: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def account(call: Call) -> str:
    """The account that a call acts on, over HTTP or stdio. For keyed hashes only: it must never be stored as it is."""
    caller = call.caller
    if caller.lane != "stdio" or caller.credential is None:
        return caller.principal
    return f"{caller.principal}/{hashlib.sha256(caller.credential.secret.encode()).hexdigest()}"


def fingerprint(call: Call, key: bytes) -> str:
    """64 hex digits: the same for calls of one account with the same action and arguments, in any order.

    What an action generates for each request, such as a command id, is not among its arguments.
    """
    return keyed(key, account(call), call.action.name, digest(call, key))


def digest(call: Call, key: bytes) -> str:
    """64 hex digits for the arguments alone. Without the key, nobody can guess the contents by trying."""
    plain = to_jsonable_python(given(call.arguments), bytes_mode="base64", fallback=repr)
    return keyed(key, _canonical(plain))


def given(arguments: Mapping[str, object]) -> dict[str, object]:
    """The arguments that are not None: after an upgrade adds an optional one, the same call keeps its fingerprint."""
    return {name: value for name, value in arguments.items() if value is not None}


def keyed(key: bytes, *texts: str) -> str:
    """An HMAC-SHA256 of the texts, joined by NUL."""
    return hmac.digest(key, "\0".join(texts).encode(errors="surrogatepass"), "sha256").hex()
