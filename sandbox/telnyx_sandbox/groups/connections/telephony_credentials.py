"""The operations on telephony credentials, and the tokens that browsers register with."""

import base64
import json

from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .connection import Connection
from .telephony_credential import TelephonyCredential

routes = Routes()

FILTERS = ("name", "resource_id", "sip_username", "status", "tag")
TOKEN_SECS = 24 * 60 * 60


@routes.get("/telephony_credentials")
def list_credentials(request: Request) -> Reply:
    now = request.account.clock.now()
    wanted = {name: request.query.text(f"filter[{name}]") for name in FILTERS}
    found = [
        credential.render(now)
        for credential in request.account.collection(TelephonyCredential).values()
        if all(value in (None, _value(credential, name, now)) for name, value in wanted.items())
    ]
    return numbered(request, found, dict)


@routes.post("/telephony_credentials")
def create_credential(request: Request) -> Reply:
    account, now = request.account, request.account.clock.now()
    _check(request)
    credential_id = account.ids.uuid("telephony_credential")
    name = f"gencred{credential_id.replace('-', '')[:24]}"
    credential = TelephonyCredential(
        credential_id, "", account.ids.owner_id, name, f"sandbox-{credential_id[:8]}", now, now
    )
    credential.change(request.fields, now)
    account.collection(TelephonyCredential)[credential.id] = credential
    return data(credential.render(now), 201)


@routes.get("/telephony_credentials/{id}")
def get_credential(request: Request) -> Reply:
    return data(_credential(request).render(request.account.clock.now()))


@routes.patch("/telephony_credentials/{id}")
def update_credential(request: Request) -> Reply:
    credential, now = _credential(request), request.account.clock.now()
    _check(request)
    credential.change(request.fields, now)
    return data(credential.render(now))


@routes.delete("/telephony_credentials/{id}")
def delete_credential(request: Request) -> Reply:
    credential = _credential(request)
    del request.account.collection(TelephonyCredential)[credential.id]
    return data(credential.render(request.account.clock.now()))


@routes.post("/telephony_credentials/{id}/token", takes_idempotency_key=True)
def create_token(request: Request) -> Reply:
    """Make three parts like those of a JWT. The signature is made up: nothing checks it."""
    credential, now = _credential(request), request.account.clock.now()
    if credential.expired(now):
        raise SandboxError("10027", "The credential has expired.")
    claims = {"sub": credential.id, "aud": "telnyx_telephony", "iat": int(now), "exp": int(now) + TOKEN_SECS}
    token = f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}.{_part({'sandbox': True})}"
    return Reply(token.encode(), 201, media_type="text/plain")


def _credential(request: Request) -> TelephonyCredential:
    return request.account.find(TelephonyCredential, request.id)


def _check(request: Request) -> None:
    connection_id = request.fields.get("connection_id")
    if connection_id is not None and connection_id not in request.account.collection(Connection):
        raise SandboxError("10017", pointer="/connection_id")


def _value(credential: TelephonyCredential, name: str, now: float) -> object:
    if name == "status":
        return "expired" if credential.expired(now) else "active"
    return credential.render(now).get(name) if name != "tag" else credential.tag


def _part(claims: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
