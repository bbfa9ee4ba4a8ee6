"""Proofs that a person owns an account: by its API key, or in another way that a page is given."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.challenges import STORE_UNAVAILABLE
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.http.client_address import budget_address
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.store.base import StoreUnavailable

_KEY: Final = re.compile(r"KEY[\x21-\x7e]{1,509}")
_WHY: Final = {
    401: "Telnyx does not accept this API key: it is wrong, revoked or expired.",
    429: "Too many keys were tried from here. Wait a minute, then try again.",
}


class NotProved(Exception):
    """The proof failed. The text tells the person what to do, and never quotes what was entered."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A way to prove an account: what the person is asked to enter, and `prove`, which returns the principal or raises
    NotProved."""

    label: str
    hint: str
    prove: Callable[[FormData, Request], Awaitable[str]]


def key_proof(keys: ApiKeys) -> Proof:
    """The proof by the API key of the account, entered as `secret`."""

    async def prove(form: FormData, request: Request) -> str:
        return await verified(keys, _key(str(form.get("secret", ""))), request)

    return Proof(
        "The API key that the agent uses, or that you linked", "It is checked with Telnyx and not kept.", prove
    )


async def by_key(keys: ApiKeys, form: FormData, request: Request) -> tuple[ApiKeyLink, str]:
    """The key in the form's `api_key`, checked with Telnyx, and its principal. Raises NotProved."""
    key = _key(str(form.get("api_key", "")))
    return ApiKeyLink(key), await verified(keys, key, request)


def _key(entered: str) -> str:
    """The entered key, if it has the form of one. Raises NotProved."""
    key = entered.strip()
    if not key:
        raise NotProved("Enter the API key of your Telnyx account.")
    if _KEY.fullmatch(key) is None:
        raise NotProved("This is not a Telnyx API key: one begins with KEY and has no spaces.")
    return key


async def verified(keys: ApiKeys, key: str, request: Request) -> str:
    """The principal of a key that Telnyx accepts. Raises NotProved."""
    try:
        identity = await keys.verify(key, budget_address(request.scope))
    except Refusal as refusal:
        if refusal.error == STORE_UNAVAILABLE:
            raise StoreUnavailable from None
        raise NotProved(_WHY.get(refusal.status, "Telnyx could not be asked. Try again in a moment.")) from None
    return identity.caller.principal
