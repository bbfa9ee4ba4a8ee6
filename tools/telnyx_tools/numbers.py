"""A phone number as an agent names it, and the id that the API wants."""

from __future__ import annotations

import re

from telnyx_tools.api.client import Telnyx
from telnyx_tools.arguments import InvalidArguments, Problem

_E164 = re.compile(r"\+[1-9]\d{1,14}")


async def resolve_number(telnyx: Telnyx, phone_number: str) -> str:
    """The id of an owned number. Anything that is not E.164 is taken for the id itself.

    Raises InvalidArguments when the account does not own the number. Source: GET /phone_numbers.
    """
    if _E164.fullmatch(phone_number) is None:
        return phone_number
    digits = phone_number.removeprefix("+")
    answer = await telnyx.get("/phone_numbers", query={"filter": {"phone_number": digits}, "page": {"size": 250}})
    for owned in answer.get("data", []) if isinstance(answer, dict) else []:
        if owned.get("phone_number") == phone_number:
            return str(owned["id"])
    raise InvalidArguments([Problem("phone_number", "The account does not own it; see list_phone_numbers.")])
