"""Verifications: a code is sent to a phone number, and the person gives it back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.verify import verify
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.secret_text import SecretCode
from telnyx_tools.tool.types import E164, VerificationId, VerifyProfileId
from telnyx_tools.tool.written import Written

Channel = Literal["sms", "call", "flashcall", "whatsapp"]
CHANNELS: dict[Channel, str] = {
    "sms": "/verifications/sms",
    "call": "/verifications/call",
    "flashcall": "/verifications/flashcall",
    "whatsapp": "/verifications/whatsapp",
}


class Verification(Result):
    """The code is never part of it: whoever reads it could pass for its owner."""

    id: str | None = None
    type: str | None = Field(None, description="the channel")
    phone_number: str | None = None
    status: str | None = Field(None, description="pending, accepted, invalid, expired or error")
    timeout_secs: int | None = None
    verify_profile_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class CodeCheck(Result):
    phone_number: str | None = None
    response_code: str | None = Field(None, description="accepted or rejected (wrong or expired)")


@verify.tool(
    effect=Effect.SPENDS,
    scope="verify.write",
    calls=tuple(f"POST {path}" for path in CHANNELS.values()),
    check="Call list_verifications with this phone number: one created just now was sent; do not start another.",
)
async def start_verification(
    telnyx: Telnyx,
    phone_number: E164,
    verify_profile_id: VerifyProfileId,
    channel: Channel = "sms",
    timeout_secs: Annotated[int | None, Field(ge=1, description="how long the code is valid")] = None,
    custom_code: Annotated[
        SecretCode | None, Field(description="your own digits, never shown; not for flashcall")
    ] = None,
    extension: Annotated[
        str | None,
        Field(pattern=r"^[0-9A-DwW*#]{1,50}$", description="call only: DTMF once answered; w waits 0.5 s, W 1 s"),
        Written(),
    ] = None,
) -> Verification:
    """Send a one-time code to a person's phone. Ask the person for it, then call check_verification_code. A flashcall
    is a missed call: the code is the end of the caller's number."""
    problems = []
    if channel == "flashcall" and custom_code is not None:
        problems.append(Problem("custom_code", "A flashcall carries no code of your own; leave it out."))
    if channel != "call" and extension is not None:
        problems.append(Problem("extension", "Only a call can dial an extension; leave it out."))
    if problems:
        raise InvalidArguments(problems)
    body = {
        "phone_number": phone_number,
        "verify_profile_id": verify_profile_id,
        "timeout_secs": timeout_secs,
        "custom_code": custom_code,
        "extension": extension,
    }
    return shape(Verification, await telnyx.post(CHANNELS[channel], body=present(body)))


@verify.tool(
    effect=Effect.WRITE,
    scope="verify.write",
    calls=(
        "POST /verifications/by_phone_number/{phone_number}/actions/verify",
        "POST /verifications/{verification_id}/actions/verify",
    ),
)
async def check_verification_code(
    telnyx: Telnyx,
    code: Annotated[str, Field(pattern=r"^[0-9]{1,20}$", description="as the person entered it")],
    verification_id: VerificationId | None = None,
    phone_number: E164 | None = None,
    verify_profile_id: VerifyProfileId | None = None,
) -> CodeCheck:
    """Check a code. Give verification_id, or phone_number and verify_profile_id. Only the result accepted means
    verified."""
    if verification_id is not None:
        answer = await telnyx.post(
            "/verifications/{verification_id}/actions/verify", body={"code": code}, verification_id=verification_id
        )
    elif phone_number is not None and verify_profile_id is not None:
        answer = await telnyx.post(
            "/verifications/by_phone_number/{phone_number}/actions/verify",
            body={"code": code, "verify_profile_id": verify_profile_id},
            phone_number=phone_number,
        )
    else:
        problem = "Give it, or phone_number and verify_profile_id."
        raise InvalidArguments([Problem("verification_id", problem)])
    return shape(CodeCheck, answer)


@verify.tool(effect=Effect.READ, scope="verify.read", calls="GET /verifications/{verification_id}")
async def get_verification(telnyx: Telnyx, verification_id: VerificationId) -> Verification:
    """A verification and its status."""
    answer = await telnyx.get("/verifications/{verification_id}", verification_id=verification_id)
    return shape(Verification, answer)


@verify.tool(effect=Effect.READ, scope="verify.read", calls="GET /verifications/by_phone_number/{phone_number}")
async def list_verifications(telnyx: Telnyx, phone_number: E164, page: PageCursor = "1") -> Page[Verification]:
    """Verifications of one phone number."""
    answer = await telnyx.get("/verifications/by_phone_number/{phone_number}", phone_number=phone_number)
    every = answer.get("data") if isinstance(answer, dict) else answer
    return page_of_whole(Verification, every, Cursor.parse(page))
