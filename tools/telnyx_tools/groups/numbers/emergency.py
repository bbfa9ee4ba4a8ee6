"""Emergency calls from a number."""

from __future__ import annotations

from typing import Annotated

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.inventory import NumberDetails
from telnyx_tools.groups.numbers.voice import VoiceSettings
from telnyx_tools.results.result import shape
from telnyx_tools.shared.numbers import resolve_number
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import AddressId, PhoneNumber


@numbers.tool(
    effect=Effect.SPENDS,
    scope="numbers.write",
    calls=("POST /phone_numbers/{id}/actions/enable_emergency", "GET /phone_numbers/{id}", "GET /phone_numbers"),
    idempotent=True,
    check="Call get_phone_number: emergency_enabled and emergency_address_id show whether it took place.",
)
async def set_phone_number_emergency(
    telnyx: Telnyx,
    phone_number: PhoneNumber,
    emergency_enabled: bool,
    emergency_address_id: Annotated[
        AddressId | None, From("create_address", "list_addresses", note="required to enable")
    ] = None,
) -> VoiceSettings:
    """Enable or disable emergency calling (911) from a number; costs extra monthly. Enabling needs an address of
    create_address and takes time: poll get_phone_number until emergency_status is active."""
    if emergency_enabled and emergency_address_id is None:
        raise InvalidArguments([Problem("emergency_address_id", "Emergency calling needs the id of an address")])
    number_id = await resolve_number(telnyx, phone_number)
    address_id = emergency_address_id or await _current_address(telnyx, number_id)
    answer = await telnyx.post(
        "/phone_numbers/{id}/actions/enable_emergency",
        body={"emergency_enabled": emergency_enabled, "emergency_address_id": address_id},
        id=number_id,
    )
    return shape(VoiceSettings, answer)


async def _current_address(telnyx: Telnyx, number_id: str) -> str:
    """The address in use: the API asks for it even to disable."""
    number = shape(NumberDetails, await telnyx.get("/phone_numbers/{id}", id=number_id))
    if number.emergency_address_id is None:
        raise InvalidArguments([Problem("emergency_enabled", "Emergency calling is not enabled for this number")])
    return number.emergency_address_id
