"""A form from the owner of an account, which is whoever proved the account in this browser."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request

from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.services import PageParts


@dataclass(frozen=True)
class OwnerForm:
    """The fields of the form, the browser that sent them, and the account."""

    fields: FormData
    browser: Browser
    account: str

    @staticmethod
    async def of(request: Request, services: PageParts, purpose: str) -> OwnerForm | None:
        """The form; None where the browser proved no account, or was not shown this form for the purpose."""
        fields = await request.form()
        browser = services.browsers.of(request)
        account = await services.sessions.account(browser)
        if account is None or not services.browsers.proves(browser, purpose, str(fields.get("token"))):
            return None
        return OwnerForm(fields, browser, account)
