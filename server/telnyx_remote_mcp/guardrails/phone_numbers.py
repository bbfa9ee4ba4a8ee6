"""Phone numbers: the country of a number, and whether it is one that agents should not call by themselves."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from telnyx_remote_mcp.surface.policy import Special

# phonenumbers is imported for the first number: that takes a while, and many servers never see a number.

EMERGENCY: Final = frozenset(
    {"000", "061", "100", "101", "102", "103", "104", "108", "110", "111", "112", "113", "114", "115", "116", "117"}
    | {"118", "119", "120", "122", "123", "128", "144", "150", "155", "158", "160", "166", "180", "190", "191", "192"}
    | {"193", "194", "197", "198", "199", "911", "912", "913", "917", "920", "990", "991", "993", "994", "995", "997"}
    | {"998", "999", "10111", "10177"}
)
"""The numbers for police, fire and ambulance anywhere in the world."""


@lru_cache(maxsize=4096)
def country(number: str) -> str | None:
    """The ISO code of the country of an E.164 number, such as `US`; None for a short code or other text."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    found: str | None = phonenumbers.region_code_for_number(parsed)
    return found or phonenumbers.region_code_for_country_code(parsed.country_code or 0)


@lru_cache(maxsize=4096)
def special(number: str) -> Special | None:
    """Whether an E.164 number or short code is an emergency or premium-rate number; None if neither."""
    import phonenumbers

    if number.removeprefix("+") in EMERGENCY:
        return "emergency"
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    premium = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    return "premium_rate" if premium else None


@lru_cache(maxsize=4096)
def national(number: str) -> str:
    """The digits of an E.164 number without its country code; all digits of any other text."""
    import phonenumbers

    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return "".join(sign for sign in number if sign.isdecimal())
