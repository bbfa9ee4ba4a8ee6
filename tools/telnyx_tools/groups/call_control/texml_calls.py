"""Calls that TeXML steers: a document of instructions, given with the call or fetched from an address."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.results.pages import Page, PageSize
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.shared.texml import TexmlCaller, TexmlCursor, account_lookup, fetch_texml_page
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Callee, CallParty, Day, TexmlAccountSid, TexmlApplicationId, TexmlCallSid, Url

Document = Annotated[str, Field(min_length=1, max_length=64_000, description="TeXML, like <Response><Say>Hi</Say>…")]
UrlMethod = Literal["POST", "GET"]


class StartedTexmlCall(Result):
    call_sid: str | None = None
    status: str | None = None
    sender: str | None = Field(None, alias="from")
    to: str | None = None


class TexmlCall(Result):
    call_sid: str | None = Field(None, validation_alias="sid")
    status: str | None = Field(None, description="ringing, in-progress, completed, canceled, failed, busy or no-answer")
    direction: str | None = None
    sender: str | None = Field(None, alias="from")
    to: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    duration: str | None = Field(None, description="seconds")
    answered_by: str | None = None
    price: str | None = None
    price_unit: str | None = None


@call_control.tool(
    effect=Effect.SPENDS,
    scope="voice.write",
    calls="POST /texml/calls/{connection_id}",
    check="Call list_call_events with the same number and product texml: a call there was placed. "
    "Do not place it again before.",
)
async def start_texml_call(
    telnyx: Telnyx,
    texml_application_id: TexmlApplicationId,
    to: Callee,
    from_number: TexmlCaller,
    texml: Document | None = None,
    url: Annotated[Url | None, Field(description="that serves TeXML")] = None,
    url_method: UrlMethod | None = None,
) -> StartedTexmlCall:
    """Call someone and run TeXML: give it, or the URL that serves it. Without both, the application's own URL is
    used."""
    _check_one_document(texml, url)
    body = {"To": to, "From": from_number, "Texml": texml, "Url": url, "Method": url_method}
    answer = await telnyx.post("/texml/calls/{connection_id}", body=present(body), connection_id=texml_application_id)
    return shape(StartedTexmlCall, answer)


@call_control.tool(effect=Effect.READ, scope="voice.read", calls="GET /texml/Accounts/{account_sid}/Calls")
async def list_texml_calls(
    telnyx: Telnyx,
    account_sid: TexmlAccountSid,
    status: Literal["canceled", "completed", "failed", "busy", "no-answer"] | None = None,
    from_number: CallParty | None = None,
    to: CallParty | None = None,
    start_date: Annotated[Day | None, Field(description="started after, UTC")] = None,
    end_date: Annotated[Day | None, Field(description="ended before, UTC")] = None,
    page: TexmlCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[TexmlCall]:
    """TeXML calls of an account, with their duration and price."""
    query: Query = {
        "Status": status,
        "From": from_number,
        "To": to,
        "StartTime>": start_date,
        "EndTime<": end_date,
    }
    return await fetch_texml_page(
        TexmlCall,
        telnyx,
        "/texml/Accounts/{account_sid}/Calls",
        query,
        items="calls",
        page=page,
        page_size=page_size,
        detail=detail,
        account_sid=account_sid,
    )


@call_control.tool(effect=Effect.READ, scope="voice.read", calls="GET /texml/Accounts/{account_sid}/Calls/{call_sid}")
async def get_texml_call(
    telnyx: Telnyx, account_sid: TexmlAccountSid, call_sid: TexmlCallSid, detail: Detail = "summary"
) -> TexmlCall:
    """A TeXML call's status, duration and price."""
    with account_lookup():
        answer = await telnyx.get(
            "/texml/Accounts/{account_sid}/Calls/{call_sid}", account_sid=account_sid, call_sid=call_sid
        )
    return shape(TexmlCall, answer, detail)


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /texml/Accounts/{account_sid}/Calls/{call_sid}"
)
async def update_texml_call(
    telnyx: Telnyx,
    account_sid: TexmlAccountSid,
    call_sid: TexmlCallSid,
    texml: Document | None = None,
    url: Annotated[Url | None, Field(description="that serves TeXML")] = None,
    url_method: UrlMethod | None = None,
    fallback_url: Url | None = None,
    fallback_method: UrlMethod | None = None,
    status_callback: Annotated[Url | None, Field(description="gets the events of the call")] = None,
    status_callback_method: UrlMethod | None = None,
) -> TexmlCall:
    """Switch a running TeXML call to other TeXML, or send its events to another URL."""
    _check_one_document(texml, url)
    body = {
        "Texml": texml,
        "Url": url,
        "Method": url_method,
        "FallbackUrl": fallback_url,
        "FallbackMethod": fallback_method,
        "StatusCallback": status_callback,
        "StatusCallbackMethod": status_callback_method,
    }
    if texml is None and url is None and status_callback is None:
        raise InvalidArguments([Problem("texml", "Nothing to change; give texml, url or status_callback.")])
    return await _update(telnyx, account_sid, call_sid, body)


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="POST /texml/Accounts/{account_sid}/Calls/{call_sid}",
    idempotent=True,
)
async def end_texml_call(telnyx: Telnyx, account_sid: TexmlAccountSid, call_sid: TexmlCallSid) -> TexmlCall:
    """Hang up a TeXML call."""
    return await _update(telnyx, account_sid, call_sid, {"Status": "completed"})


async def _update(telnyx: Telnyx, account_sid: str, call_sid: str, body: dict[str, str | None]) -> TexmlCall:
    with account_lookup():
        answer = await telnyx.post(
            "/texml/Accounts/{account_sid}/Calls/{call_sid}",
            body=present(body),
            account_sid=account_sid,
            call_sid=call_sid,
        )
    return shape(TexmlCall, answer)


def _check_one_document(texml: str | None, url: str | None) -> None:
    if texml is not None and url is not None:
        raise InvalidArguments([Problem("url", "Give texml or url, not both.")])
