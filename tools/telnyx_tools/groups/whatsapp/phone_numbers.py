"""The numbers that an account has on WhatsApp: added, verified by a code, removed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Done, Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import E164, WhatsappAccountId, WhatsappNumber

NUMBERS, NUMBERS_OF_ACCOUNT = "/whatsapp/phone_numbers", "/whatsapp/business_accounts/{id}/phone_numbers"
NUMBER = f"{NUMBERS}/{{phone_number}}"
VERIFY, RESEND = f"{NUMBER}/verify", f"{NUMBER}/resend_verification"

Method = Annotated[Literal["sms", "voice"] | None, Field(description="how the code comes")]
_CODE = "verify_whatsapp_phone_number with the code that the number gets"

WRONG_CODE = "Ask the user for the newest code; resend_whatsapp_verification sends another. Do not guess."


class Number(Result):
    phone_number: str | None = None
    display_name: str | None = None
    enabled: bool | None = None
    status: str | None = None
    quality_rating: str | None = Field(None, description="GREEN, YELLOW, RED: how people take its messages")
    waba_id: str | None = None
    phone_number_id: str | None = Field(None, description="Meta's id")
    calling_enabled: bool | None = None
    coexistence_state: str | None = Field(None, description="of a number that is in the WhatsApp Business app too")


@whatsapp.tool(
    effect=Effect.READ, scope="messaging.read", calls=(f"GET {NUMBERS}", f"GET {NUMBERS_OF_ACCOUNT}"), core=True
)
async def list_whatsapp_phone_numbers(
    telnyx: Telnyx,
    waba_id: WhatsappAccountId | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
) -> Page[Number]:
    """Your numbers on WhatsApp, all or those of one business account, with status and quality."""
    if waba_id is None:
        return await fetch_page(Number, telnyx, NUMBERS, {}, page=page, page_size=page_size)
    return await fetch_page(Number, telnyx, NUMBERS_OF_ACCOUNT, {}, page=page, page_size=page_size, id=waba_id)


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {NUMBER}")
async def get_whatsapp_phone_number(telnyx: Telnyx, phone_number: WhatsappNumber, detail: Detail = "summary") -> Number:
    """A number on WhatsApp: whether it can send, and its quality rating."""
    return shape(Number, await telnyx.get(NUMBER, phone_number=phone_number), detail)


@whatsapp.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls=f"POST {NUMBERS_OF_ACCOUNT}",
    check="Call list_whatsapp_phone_numbers: if the number is there, it was added and a code was sent.",
)
async def add_whatsapp_phone_number(
    telnyx: Telnyx,
    waba_id: WhatsappAccountId,
    phone_number: E164,
    display_name: Annotated[str, Field(min_length=3, description="what people see; Meta reviews it")],
    verification_method: Method = None,
    language: Annotated[str | None, Field(description="of the code's message, like en_US")] = None,
) -> Done:
    """Add a number to WhatsApp. Meta sends it a code by SMS or call; pass the code to verify_whatsapp_phone_number."""
    body = {
        "phone_number": phone_number,
        "display_name": display_name,
        "verification_method": verification_method,
        "language": language,
    }
    await telnyx.post(NUMBERS_OF_ACCOUNT, body=present(body), id=waba_id)
    return Done(id=phone_number, done="added, not yet verified", next_step=_CODE)


@whatsapp.tool(effect=Effect.WRITE, scope="messaging.write", calls=f"POST {VERIFY}")
async def verify_whatsapp_phone_number(
    telnyx: Telnyx,
    phone_number: WhatsappNumber,
    code: Annotated[str, Field(pattern=r"^[0-9]{4,10}$", description="as it came by SMS or call")],
) -> Done:
    """Verify a WhatsApp number with the code sent to it. It can then send messages."""
    try:
        await telnyx.post(VERIFY, body={"code": code}, phone_number=phone_number)
    except ApiError as error:
        if error.status in (400, 422):
            error.remedy = WRONG_CODE
        raise
    return Done(id=phone_number, done="verified")


@whatsapp.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls=f"POST {RESEND}",
    check="Ask whether a code came; ask for another one only if none came within some minutes.",
)
async def resend_whatsapp_verification(
    telnyx: Telnyx, phone_number: WhatsappNumber, verification_method: Method = None
) -> Done:
    """Send a new verification code to a WhatsApp number that is not verified yet."""
    body = present({"verification_method": verification_method})
    await telnyx.post(RESEND, body=body, phone_number=phone_number)
    return Done(id=phone_number, done="code sent", next_step=_CODE)


@whatsapp.tool(effect=Effect.DESTROY, scope="messaging.write", calls=f"DELETE {NUMBER}")
async def delete_whatsapp_phone_number(telnyx: Telnyx, phone_number: WhatsappNumber) -> Done:
    """Remove a number from WhatsApp. It stays in the account and still takes calls and SMS."""
    await telnyx.delete(NUMBER, phone_number=phone_number)
    return Done(id=phone_number, done="taken off WhatsApp")
