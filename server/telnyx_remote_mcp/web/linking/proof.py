"""The proof by API key: a person shows which Telnyx account is theirs."""

import re
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.http.client_address import budget_address
from telnyx_remote_mcp.http.refusal import Refusal

_KEY: Final = re.compile(r"KEY[\x21-\x7e]{1,509}")
_WHY: Final = {
    401: "Telnyx does not accept this API key: it is wrong, revoked or expired.",
    429: "Too many keys were tried from here. Wait a minute, then try again.",
}


class NotProved(Exception):
    """The account is not proved; the text tells the person what to do and never quotes what was entered."""


async def by_key(keys: ApiKeys, form: FormData, request: Request) -> tuple[ApiKeyLink, str]:
    """The key in the form's `api_key`, which Telnyx was asked about, and its principal. Raises NotProved."""
    key = str(form.get("api_key", "")).strip()
    if not key:
        raise NotProved("Enter the API key of your Telnyx account.")
    if _KEY.fullmatch(key) is None:
        raise NotProved("This is not a Telnyx API key: one begins with KEY and has no spaces.")
    return ApiKeyLink(key), await verified(keys, key, request)


async def verified(keys: ApiKeys, key: str, request: Request) -> str:
    """The principal of a key that Telnyx accepts. Raises NotProved."""
    try:
        identity = await keys.verify(key, budget_address(request.scope))
    except Refusal as refusal:
        raise NotProved(_WHY.get(refusal.status, "Telnyx could not be asked. Try again in a moment.")) from None
    return identity.caller.principal
