"""Sign-ups, by which a business links its WhatsApp business account to Telnyx, and where events of the account go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Result, shape
from telnyx_tools.shared.days import whole_days
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Day, Id, Moment, Url, WhatsappAccountId

LINKS, SIGNUPS, USER_DATA = "/whatsapp/hosted_signups", "/whatsapp/signup", "/whatsapp/user_data"

LinkId = Annotated[Id, From("list_whatsapp_signup_links")]
SignupId = Annotated[Id, From("list_whatsapp_signups", what="session_id")]


class SignupLink(Result):
    """Without its `jwt` and its URL: whoever has one of them may connect a business."""

    id: str | None = None
    app_id: str | None = None
    expires_at: str | None = None
    created_at: str | None = None


class NewSignupLink(SignupLink):
    url: str | None = Field(None, description="where a person signs up; told now and never again")


class Signup(Result):
    session_id: str | None = None
    status: str | None = Field(None, description="INCOMPLETE, PENDING, SUCCESS or FAILURE")
    state: str | None = Field(None, description="the last step that was done")
    errors: list[str] | None = None
    waba_id: str | None = None
    customer_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class EventTargets(Result):
    webhook_url: str | None = None
    webhook_failover_url: str | None = None
    updated_at: str | None = None


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {LINKS}")
async def list_whatsapp_signup_links(
    telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20
) -> Page[SignupLink]:
    """Sign-up links for connecting a business's WhatsApp to this account, and when each expires."""
    return await fetch_page(SignupLink, telnyx, LINKS, {}, page=page, page_size=page_size)


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {LINKS}/{{id}}")
async def get_whatsapp_signup_link(telnyx: Telnyx, signup_link_id: LinkId) -> SignupLink:
    """One sign-up link, without its URL, which is told once, when the link is made."""
    return shape(SignupLink, await telnyx.get(f"{LINKS}/{{id}}", id=signup_link_id))


@whatsapp.tool(effect=Effect.WRITE, scope="messaging.write", calls=f"POST {LINKS}")
async def create_whatsapp_signup_link(
    telnyx: Telnyx,
    app_id: Annotated[str, Field(min_length=1, description="Meta app that is linked to the account")],
    signup_type: Annotated[
        Literal["standard", "coexistence"] | None,
        Field(description="coexistence: the number stays in the WhatsApp Business app"),
    ] = None,
    expires_at: Annotated[Moment | None, Field(description="at most 3 days ahead; default 24 hours")] = None,
) -> NewSignupLink:
    """Create a sign-up link: whoever opens it signs in at Meta and connects a WhatsApp business account to this
    account."""
    body = {"app_id": app_id, "signup_type": signup_type, "expires_at": expires_at}
    return shape(NewSignupLink, await telnyx.post(LINKS, body=present(body)))


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {SIGNUPS}")
async def list_whatsapp_signups(
    telnyx: Telnyx,
    waba_id: WhatsappAccountId | None = None,
    customer_id: str | None = None,
    start_date: Day | None = None,
    end_date: Day | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
) -> Page[Signup]:
    """Sign-ups of businesses that connect their WhatsApp to this account, with their status."""
    query: Query = {
        "filter": {"waba_id": waba_id, "customer_id": customer_id, "created_at": whole_days(start_date, end_date)}
    }
    return await fetch_page(Signup, telnyx, SIGNUPS, query, page=page, page_size=page_size)


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {SIGNUPS}/{{id}}/status")
async def get_whatsapp_signup(telnyx: Telnyx, signup_id: SignupId) -> Signup:
    """The status of one business's WhatsApp sign-up, and its errors."""
    return shape(Signup, await telnyx.get(f"{SIGNUPS}/{{id}}/status", id=signup_id))


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {USER_DATA}")
async def get_whatsapp_user_data(telnyx: Telnyx) -> EventTargets:
    """Where WhatsApp events go that concern the whole account and no single business account."""
    return shape(EventTargets, await telnyx.get(USER_DATA))


@whatsapp.tool(effect=Effect.WRITE, scope="messaging.write", calls=f"PATCH {USER_DATA}", idempotent=True)
async def update_whatsapp_user_data(
    telnyx: Telnyx, webhook_url: NewValue[Url] = OMITTED, webhook_failover_url: NewValue[Url] = OMITTED
) -> EventTargets:
    """Set where the account's WhatsApp events go. Omitted fields keep their values."""
    body = changed({"webhook_url": webhook_url, "webhook_failover_url": webhook_failover_url})
    return shape(EventTargets, await telnyx.patch(USER_DATA, body=body))
