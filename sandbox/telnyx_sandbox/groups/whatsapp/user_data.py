"""The webhook for WhatsApp events that belong to no business account."""

from dataclasses import dataclass

from ...account import Account
from ...clock import iso
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()


@dataclass(slots=True)
class UserData:
    created_at: float
    updated_at: float
    webhook_url: str | None = None
    webhook_failover_url: str | None = None

    def render(self) -> dict[str, object]:
        return {
            "record_type": "whatsapp_user_data",
            "webhook_url": self.webhook_url,
            "webhook_failover_url": self.webhook_failover_url,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


@routes.get("/whatsapp/user_data")
def get(request: Request) -> Reply:
    return data(_of(request.account).render())


@routes.patch("/whatsapp/user_data")
def update(request: Request) -> Reply:
    kept = _of(request.account)
    if "webhook_url" in request.body:
        kept.webhook_url = request.body.text("webhook_url")
    if "webhook_failover_url" in request.body:
        kept.webhook_failover_url = request.body.text("webhook_failover_url")
    kept.updated_at = request.account.clock.now()
    return data(kept.render())


def _of(account: Account) -> UserData:
    now = account.clock.now()
    return account.collection(UserData).setdefault("", UserData(now, now))
