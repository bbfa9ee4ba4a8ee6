"""Payments by telephone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.commands import CommandResult, spend
from telnyx_tools.shared.client_state import ClientState
from telnyx_tools.shared.voices import Voice
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import CallControlId

NOT_OVER = (
    "The caller is giving the numbers now. Call wait_for_call until paid: `result` tells whether it succeeded. Resume "
    "no recording before."
)


@call_control.tool(
    effect=Effect.SPENDS,
    scope="voice.write",
    calls="POST /calls/{call_control_id}/actions/pay",
    check="Call wait_for_call until paid, or list_call_events with the call's leg: its payment events tell whether the "
    "caller was charged.",
)
async def collect_payment(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    connector_name: Annotated[str, Field(min_length=1, description="payment connector of the account")],
    amount: Annotated[float | None, Field(ge=0, description="USD; left out: only keep the card")] = None,
    transaction_type: Literal["charge", "tokenize"] | None = None,
    payment_method: Literal["credit-card", "ach-debit"] | None = None,
    description: Annotated[str | None, Field(min_length=1, description="of the charge")] = None,
    postal_code: Annotated[bool | None, Field(description="ask the caller for it")] = None,
    max_attempts: Annotated[int | None, Field(ge=1, le=10)] = None,
    timeout_millis: Annotated[int | None, Field(ge=1)] = None,
    voice: Voice | None = None,
    language: Annotated[str | None, Field(min_length=2, description="like en-US")] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Ask the caller to key in a card or bank account and charge it. Only the payment provider gets the numbers. Then
    wait_for_call until paid; resume no recording before."""
    result = await spend(
        telnyx,
        "/calls/{call_control_id}/actions/pay",
        call_control_id,
        client_state,
        connector_name=connector_name,
        amount=amount,
        currency=None if amount is None else "USD",
        transaction_type=transaction_type,
        payment_method=payment_method,
        description=description,
        postal_code=postal_code,
        max_attempts=max_attempts,
        timeout_millis=timeout_millis,
        voice=voice,
        language=language,
    )
    return result.model_copy(update={"note": NOT_OVER})
