"""A form that the owner of an account filled in: whoever proved the account in this browser."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request

from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.services import PageParts


@dataclass(frozen=True)
class OwnerForm:
    """The fields, where they came from, and the account."""

    fields: FormData
    browser: Browser
    account: str

    @staticmethod
    async def of(request: Request, services: PageParts, purpose: str) -> OwnerForm | None:
        """The form; None where it is forged: of nobody, or from no page that this browser was shown for the purpose."""
        fields = await request.form()
        browser = services.browsers.of(request)
        account = await services.sessions.account(browser)
        if account is None or not services.browsers.proves(browser, purpose, str(fields.get("token"))):
            return None
        return OwnerForm(fields, browser, account)
