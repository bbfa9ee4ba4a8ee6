"""Invoices: one for each of the last three whole months, all paid."""

from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from ...account import Account
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

MONTHS = 3


@routes.get("/invoices")
def list_invoices(request: Request) -> Reply:
    order = request.query.choice("sort", ("period_start", "-period_start"))
    invoices = _invoices(request.account)
    return numbered(request, invoices if order == "-period_start" else invoices[::-1], dict)


@routes.get("/invoices/{id}")
def get(request: Request) -> Reply:
    for invoice in _invoices(request.account):
        if invoice["invoice_id"] == request.id:
            linked = request.query.choice("action", ("json", "link")) == "link"
            return data({**invoice, "download_url": f"{invoice['url']}/file"} if linked else invoice)
    raise SandboxError("10005")


def _invoices(account: Account) -> list[dict[str, object]]:
    """Make the invoices, the latest first."""
    first, invoices = datetime.fromtimestamp(account.clock.now(), UTC).date().replace(day=1), []
    for _ in range(MONTHS):
        last = first - timedelta(days=1)
        first = last.replace(day=1)
        invoices.append(_invoice(account, first, last))
    return invoices


def _invoice(account: Account, first: date, last: date) -> dict[str, object]:
    invoice_id = str(uuid5(NAMESPACE_URL, f"{account.ids.owner_id}:invoice:{first}"))
    return {
        "invoice_id": invoice_id,
        "file_id": str(uuid5(NAMESPACE_URL, f"{account.ids.owner_id}:file:{first}")),
        "period_start": first.isoformat(),
        "period_end": last.isoformat(),
        "paid": True,
        "url": f"https://sandbox.invalid/invoices/{invoice_id}",
    }
