"""The page for the owner's phone. A code is sent to the phone and entered here; then questions come by text as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from telnyx_remote_mcp.events.owner_phone import OwnerPhones, PhoneRefused
from telnyx_remote_mcp.guardrails.entries import masked
from telnyx_remote_mcp.guardrails.recipients import Recipient
from telnyx_remote_mcp.web.linking.owner_form import OwnerForm
from telnyx_remote_mcp.web.linking.services import Services
from telnyx_tools.api.errors import TelnyxError

PATH: Final = "/account/phone"
_PURPOSE: Final = "phone"
WRONG_CODE: Final = "That is not the code, or it is too old. Look at the newest text, or have another one sent."


class Problem(BaseModel):
    """What went wrong with a submitted form."""

    text: str


@dataclass(frozen=True)
class PhonePage:
    """The page at `/account/phone`, for the account that this browser proved."""

    services: Services
    phones: OwnerPhones

    async def show(self, request: Request) -> Response:
        services = self.services
        browser = services.browsers.of(request)
        account = await services.sessions.account(browser)
        if account is None:
            return services.pages.redirect("/account")
        phone = await self.phones.of(account)
        problem = services.sealed_forms.open(browser, _PURPOSE, request.query_params.get("again", ""), Problem)
        response = services.pages.page(
            "phone.html",
            token=services.browsers.token(browser, _PURPOSE),
            number=masked(Recipient("phone", phone.number, "")) if phone is not None else "",
            waiting=await self.phones.is_waiting(account),
            problem=problem,
        )
        services.browsers.remember(browser, response)
        return response

    async def submit(self, request: Request) -> Response:
        """Send a code, check one, or forget the number."""
        services, form = self.services, await OwnerForm.of(request, self.services, _PURPOSE)
        if form is None:
            return services.pages.forged()
        action, number, code = (str(form.fields.get(name, "")) for name in ("action", "number", "code"))
        try:
            await self._do(form.account, action, number, code)
        except PhoneRefused as error:
            sealed = services.sealed_forms.seal(form.browser, _PURPOSE, Problem(text=str(error)))
            return services.pages.redirect(f"{PATH}?{urlencode({'again': sealed})}")
        return services.pages.redirect(PATH)

    async def _do(self, account: str, action: str, number: str, code: str) -> None:
        if action == "forget":
            await self.phones.forget(account)
        elif action == "confirm":
            if not await self.phones.confirm(account, code):
                raise PhoneRefused(WRONG_CODE)
        else:
            try:
                await self.phones.begin(account, number)
            except TelnyxError as error:
                raise PhoneRefused(f"Telnyx did not send it: {error.in_words()}") from None
