"""Integration secrets. Their values are checked and not kept: nothing in the sandbox needs them."""

from dataclasses import dataclass

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

NEEDED = {"bearer": ("token",), "basic": ("username", "password")}


@dataclass(frozen=True, slots=True)
class IntegrationSecret:
    id: str
    identifier: str
    type: str
    created_at: float

    def render(self) -> dict[str, object]:
        return {
            "record_type": "integration_secret",
            "id": self.id,
            "identifier": self.identifier,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.created_at),
        }


def has_secret(account: Account, identifier: str) -> bool:
    return any(secret.identifier == identifier for secret in account.collection(IntegrationSecret).values())


@routes.get("/integration_secrets")
def list_secrets(request: Request) -> Reply:
    request.query.filters("filter[type]")
    wanted = request.query.choice("filter[type]", tuple(NEEDED))
    secrets = request.account.collection(IntegrationSecret).values()
    return numbered(request, [each for each in secrets if wanted in (None, each.type)], IntegrationSecret.render)


@routes.post("/integration_secrets")
def create_secret(request: Request) -> Reply:
    account, body = request.account, request.body
    identifier, kind = body.required_text("identifier"), body.required_text("type")
    for name in NEEDED[kind]:
        body.required_text(name)
    kept = account.collection(IntegrationSecret)
    if has_secret(account, identifier):
        raise SandboxError("10027", "There is a secret of this identifier.", pointer="/identifier")
    secret = IntegrationSecret(account.ids.uuid("integration_secret"), identifier, kind, account.clock.now())
    kept[secret.id] = secret
    return data(secret.render())


@routes.delete("/integration_secrets/{id}")
def delete_secret(request: Request) -> Reply:
    secret = request.account.find(IntegrationSecret, request.id)
    del request.account.collection(IntegrationSecret)[secret.id]
    return Reply(None, 204)
