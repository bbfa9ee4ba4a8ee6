"""Invoices."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.account import account
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import InvoiceId


class Invoice(Result):
    invoice_id: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    paid: bool | None = None
    download_url: str | None = Field(None, description="of the file, for a short time")


@account.tool(effect=Effect.READ, scope="billing.read", calls="GET /invoices")
async def list_invoices(
    telnyx: Telnyx,
    sort: Literal["period_start", "-period_start"] = "-period_start",
    page: PageCursor = "1",
    page_size: PageSize = 20,
) -> Page[Invoice]:
    """Invoices, latest first, with their periods and whether they are paid."""
    return await fetch_page(Invoice, telnyx, "/invoices", {"sort": sort}, page=page, page_size=page_size)


@account.tool(effect=Effect.READ, scope="billing.read", calls="GET /invoices/{id}")
async def get_invoice(telnyx: Telnyx, invoice_id: InvoiceId) -> Invoice:
    """One invoice, with a link to download it."""
    return shape(Invoice, await telnyx.get("/invoices/{id}", query={"action": "link"}, id=invoice_id))
