"""The argument types that the phone number tools share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Feature = Literal["sms", "mms", "voice", "fax", "emergency", "hd_voice", "international_sms", "local_calling"]
NumberType = Literal["local", "toll_free", "mobile", "national", "shared_cost"]
OrderStatus = Literal["pending", "success", "failure"]
CustomerReference = Annotated[str, Field(min_length=1, max_length=255)]


def blank(value: object) -> object:
    """The value, with null as an empty string: that is how the API unassigns a text field."""
    return "" if value is None else value
