"""Sealed forms: what a person filled in, and what is wrong with it, carried in the URL of a page."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from telnyx_remote_mcp.store.vault import Vault, VaultError
from telnyx_remote_mcp.web.linking.browser import Browser

Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class SealedForms:
    """Seals a form for one browser and one purpose, so that nobody else can make a page show their text.

    With it, a wrongly filled in form is answered with a redirect too, so that reloading submits nothing again.
    """

    vault: Vault

    def seal(self, browser: Browser, purpose: str, form: BaseModel) -> str:
        """The value for the URL."""
        sealed = self.vault.seal(form.model_dump_json().encode(), _place(browser, purpose))
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, browser: Browser, purpose: str, value: str, form: type[Form]) -> Form | None:
        """The form; None for a value of another browser or another purpose, and for anything else."""
        try:
            sealed = base64.urlsafe_b64decode(value)
            return form.model_validate_json(self.vault.open(sealed, _place(browser, purpose)))
        except (VaultError, ValidationError, binascii.Error, ValueError):
            return None


def _place(browser: Browser, purpose: str) -> str:
    return f"form/{browser.name}/{purpose}"
