"""WhatsApp business accounts. Each sandbox account starts with one; others could only be created by Meta's sign-up."""

from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .number import WhatsappNumber, numbers_of
from .template import Template

routes = Routes()

_SETTINGS = ("name", "timezone", "webhook_enabled", "webhook_events", "webhook_url", "webhook_failover_url")


@dataclass(slots=True)
class BusinessAccount:
    """`waba_id` is Meta's id. Operations that take one of the two ids accept either here."""

    id: str
    waba_id: str
    created_at: float
    updated_at: float
    settings: dict[str, object] = field(default_factory=dict)

    def render(self, numbers: int) -> dict[str, object]:
        return {
            "record_type": "whatsapp_business_account",
            "id": self.id,
            "waba_id": self.waba_id,
            "name": self.settings["name"],
            "country": "US",
            "status": "ACTIVE",
            "account_review_status": "APPROVED",
            "business_verification_status": "verified",
            "phone_numbers_count": numbers,
            "created_at": iso(self.created_at),
        }

    def render_settings(self) -> dict[str, object]:
        return {
            "record_type": "whatsapp_business_account_settings",
            "id": self.id,
            **{name: self.settings.get(name) for name in _SETTINGS},
            "updated_at": iso(self.updated_at),
        }


def find(account: Account, either_id: str) -> BusinessAccount:
    for found in account.collection(BusinessAccount).values():
        if either_id in (found.id, found.waba_id):
            return found
    return account.find(BusinessAccount, either_id)


def seed(account: Account) -> BusinessAccount:
    now = account.clock.now()
    settings: dict[str, object] = {"name": "Sandbox Shop", "timezone": "America/Chicago", "webhook_enabled": False}
    business_id, waba_id = account.ids.uuid("whatsapp_business_account"), account.ids.snowflake("waba")
    business = BusinessAccount(business_id, waba_id, now, now, settings)
    account.collection(BusinessAccount)[business.id] = business
    return business


@routes.get("/whatsapp/business_accounts")
def list_accounts(request: Request) -> Reply:
    found = list(request.account.collection(BusinessAccount).values())
    return numbered(request, found, lambda business: _render(request.account, business))


@routes.get("/whatsapp/business_accounts/{id}")
def get(request: Request) -> Reply:
    return data(_render(request.account, find(request.account, request.id)))


@routes.delete("/whatsapp/business_accounts/{id}")
def delete(request: Request) -> Reply:
    account, business = request.account, find(request.account, request.id)
    for number in numbers_of(account, business.id):
        del account.collection(WhatsappNumber)[number.phone_number]
    for template in [one for one in account.collection(Template).values() if one.business_id == business.id]:
        del account.collection(Template)[template.id]
    del account.collection(BusinessAccount)[business.id]
    return Reply(None, 204)


@routes.get("/whatsapp/business_accounts/{id}/settings")
def get_settings(request: Request) -> Reply:
    return data(find(request.account, request.id).render_settings())


@routes.patch("/whatsapp/business_accounts/{id}/settings")
def update_settings(request: Request) -> Reply:
    business = find(request.account, request.id)
    given = request.json if isinstance(request.json, dict) else {}
    business.settings |= {name: given[name] for name in _SETTINGS if name in given}
    business.updated_at = request.account.clock.now()
    return data(business.render_settings())


def _render(account: Account, business: BusinessAccount) -> dict[str, object]:
    return business.render(len(numbers_of(account, business.id)))
