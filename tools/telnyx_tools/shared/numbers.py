"""Resolving phone numbers, which agents give, to the ids that the API takes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.results.result import objects

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")


async def resolve_number(telnyx: Telnyx, phone_number: str) -> str:
    """The id of an owned number. A text that is not in E.164 is taken to be the id.

    Raises InvalidArguments when the account does not own the number. Source: GET /phone_numbers.
    """
    if _E164.fullmatch(phone_number) is None:
        return phone_number
    digits = phone_number.removeprefix("+")
    answer = await telnyx.get("/phone_numbers", query={"filter": {"phone_number": digits}, "page": {"size": 250}})
    for owned in objects(answer):
        if owned.get("phone_number") == phone_number and owned.get("id"):
            return str(owned["id"])
    raise InvalidArguments([Problem("phone_number", "The account does not own it; see list_phone_numbers.")])


async def resolve_numbers(telnyx: Telnyx, phone_numbers: Sequence[str]) -> list[str]:
    """The ids of owned numbers, in the order given, each once. A text that is not in E.164 is taken to be an id.

    Raises InvalidArguments, which names the numbers that the account does not own or may not change.
    """
    named = [number for number in phone_numbers if _E164.fullmatch(number)]
    found, foreign = await verify_ownership(telnyx, named) if named else ({}, [])
    if foreign:
        first = ", ".join(foreign[:20])
        problem = f"The account does not own {len(foreign)} of them, or may not change them now: {first}"
        raise InvalidArguments([Problem("phone_numbers", problem)])
    return list(dict.fromkeys(found.get(number, number) for number in phone_numbers))


async def verify_ownership(telnyx: Telnyx, phone_numbers: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The owned numbers with their ids, and the numbers that are not owned.

    Source: POST /phone_numbers/actions/verify_ownership.
    """
    body = {"phone_numbers": list(phone_numbers)}
    answer = await telnyx.post("/phone_numbers/actions/verify_ownership", body=body)
    data = answer.get("data") if isinstance(answer, dict) else None
    owned = objects(data.get("found")) if isinstance(data, dict) else []
    rows = [row for row in owned if row.get("id") and row.get("number_val_e164")]
    found = {str(row["number_val_e164"]): str(row["id"]) for row in rows}
    return found, [number for number in phone_numbers if number not in found]
