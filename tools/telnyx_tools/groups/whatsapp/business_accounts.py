"""WhatsApp business accounts (WABAs) and their settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Done, Result, shape
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Url, WhatsappAccountId

ACCOUNTS = "/whatsapp/business_accounts"
ACCOUNT, SETTINGS = f"{ACCOUNTS}/{{id}}", f"{ACCOUNTS}/{{id}}/settings"


class BusinessAccount(Result):
    id: str | None = None
    waba_id: str | None = Field(None, description="Meta's id")
    name: str | None = None
    status: str | None = None
    account_review_status: str | None = None
    business_verification_status: str | None = None
    phone_numbers_count: int | None = None
    country: str | None = None


class BusinessSettings(Result):
    id: str | None = None
    name: str | None = None
    timezone: str | None = None
    webhook_enabled: bool | None = None
    webhook_url: str | None = None
    webhook_failover_url: str | None = None
    webhook_events: list[str] | None = None
    updated_at: str | None = None


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {ACCOUNTS}", aliases=("list_wabas",))
async def list_whatsapp_business_accounts(
    telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20, detail: Detail = "summary"
) -> Page[BusinessAccount]:
    """WhatsApp business accounts and Meta's review status. To add one: create_whatsapp_signup_link."""
    return await fetch_page(BusinessAccount, telnyx, ACCOUNTS, {}, page=page, page_size=page_size, detail=detail)


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {ACCOUNT}", aliases=("get_waba",))
async def get_whatsapp_business_account(
    telnyx: Telnyx, waba_id: WhatsappAccountId, detail: Detail = "summary"
) -> BusinessAccount:
    """One WhatsApp business account and its status at Meta."""
    return shape(BusinessAccount, await telnyx.get(ACCOUNT, id=waba_id), detail)


@whatsapp.tool(effect=Effect.DESTROY, scope="messaging.write", calls=f"DELETE {ACCOUNT}", aliases=("delete_waba",))
async def delete_whatsapp_business_account(telnyx: Telnyx, waba_id: WhatsappAccountId) -> Done:
    """Remove a WhatsApp business account from Telnyx, with its numbers and templates. It can then no longer send."""
    await telnyx.delete(ACCOUNT, id=waba_id)
    return Done(id=waba_id, done="deleted")


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {SETTINGS}", aliases=("get_waba_settings",))
async def get_whatsapp_business_account_settings(telnyx: Telnyx, waba_id: WhatsappAccountId) -> BusinessSettings:
    """A WhatsApp business account's name, time zone and webhook settings."""
    return shape(BusinessSettings, await telnyx.get(SETTINGS, id=waba_id))


@whatsapp.tool(
    effect=Effect.WRITE,
    scope="messaging.write",
    calls=f"PATCH {SETTINGS}",
    idempotent=True,
    aliases=("update_waba_settings",),
)
async def update_whatsapp_business_account_settings(
    telnyx: Telnyx,
    waba_id: WhatsappAccountId,
    name: NewValue[str] = OMITTED,
    timezone: Annotated[NewValue[str], Field(description="IANA, like America/Chicago")] = OMITTED,
    webhook_enabled: NewValue[bool] = OMITTED,
    webhook_url: NewValue[Url] = OMITTED,
    webhook_failover_url: NewValue[Url] = OMITTED,
    webhook_events: Annotated[NewValue[list[str]], Field(description="replaced whole")] = OMITTED,
) -> BusinessSettings:
    """Change the settings of a WhatsApp business account. Omitted fields keep their values."""
    body = changed(
        {
            "name": name,
            "timezone": timezone,
            "webhook_enabled": webhook_enabled,
            "webhook_url": webhook_url,
            "webhook_failover_url": webhook_failover_url,
            "webhook_events": webhook_events,
        }
    )
    return shape(BusinessSettings, await telnyx.patch(SETTINGS, body=body, id=waba_id))
