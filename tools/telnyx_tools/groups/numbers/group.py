"""The group of the phone number tools, and the words that its modules share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.tool.group import Group

numbers = Group(
    "numbers",
    title="Phone numbers",
    summary="Search, order, list, configure and release phone numbers; requirements and emergency addresses.",
)

Feature = Literal["sms", "mms", "voice", "fax", "emergency", "hd_voice", "international_sms", "local_calling"]
NumberType = Literal["local", "toll_free", "mobile", "national", "shared_cost"]
OrderStatus = Literal["pending", "success", "failure"]
CustomerReference = Annotated[str, Field(min_length=1, max_length=255)]


def blank(value: object) -> object:
    """What unassigns a text field of the API: an empty string in place of null."""
    return "" if value is None else value
