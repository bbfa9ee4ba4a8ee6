"""Numbers on WhatsApp: added, verified by a code, and configured for calls and for starting chats."""

import re

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..connections.connection import Connection
from .business_account import find as find_business
from .number import WhatsappNumber, add, numbers_of

routes = Routes()

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")


def find(request: Request) -> WhatsappNumber:
    """The number that a path names."""
    return request.account.find(WhatsappNumber, request.ids["phone_number"])


def find_by_either(account: Account, number_or_id: str) -> WhatsappNumber:
    for number in account.collection(WhatsappNumber).values():
        if number_or_id in (number.phone_number, number.id):
            return number
    raise SandboxError("10005")


@routes.get("/whatsapp/phone_numbers")
def list_numbers(request: Request) -> Reply:
    return numbered(request, list(request.account.collection(WhatsappNumber).values()), WhatsappNumber.render)


@routes.get("/whatsapp/business_accounts/{id}/phone_numbers")
def list_numbers_of_account(request: Request) -> Reply:
    business = find_business(request.account, request.id)
    return numbered(request, numbers_of(request.account, business.id), WhatsappNumber.render)


@routes.post("/whatsapp/business_accounts/{id}/phone_numbers")
def add_number(request: Request) -> Reply:
    business = find_business(request.account, request.id)
    phone_number = request.body.required_text("phone_number")
    if not _E164.fullmatch(phone_number):
        raise SandboxError("10016", pointer="/phone_number")
    add(request.account, phone_number, business.id, request.body.required_text("display_name"))
    return Reply(None, 202)


@routes.get("/whatsapp/phone_numbers/{phone_number}")
def get(request: Request) -> Reply:
    return data(find(request).render())


@routes.delete("/whatsapp/phone_numbers/{phone_number}")
def delete(request: Request) -> Reply:
    del request.account.collection(WhatsappNumber)[find(request).phone_number]
    return Reply(None, 204)


@routes.post("/whatsapp/phone_numbers/{phone_number}/verify")
def verify(request: Request) -> Reply:
    number = find(request)
    if request.body.required_text("code") != number.code:
        raise SandboxError("10015", "The code is wrong; in the sandbox it is the number's last six digits.")
    number.verified = True
    return Reply(None, 200)


@routes.post("/whatsapp/phone_numbers/{phone_number}/resend_verification")
def resend(request: Request) -> Reply:
    if find(request).verified:
        raise SandboxError("10027", "The number is verified already.")
    return Reply(None, 202)


@routes.get("/whatsapp/phone_numbers/{phone_number}/calling_settings")
def get_calling(request: Request) -> Reply:
    return data(_calling(find(request)))


@routes.patch("/whatsapp/phone_numbers/{phone_number}/calling_settings")
def update_calling(request: Request) -> Reply:
    number = find(request)
    number.calling_enabled = bool(request.body.flag("enabled"))
    number.updated_at = request.account.clock.now()
    return data(_calling(number))


@routes.get("/whatsapp/phone_numbers/{id}/calling_routing")
def get_routing(request: Request) -> Reply:
    return data(_routing(find_by_either(request.account, request.id)))


@routes.patch("/whatsapp/phone_numbers/{id}/calling_routing")
def update_routing(request: Request) -> Reply:
    number = find_by_either(request.account, request.id)
    given = request.json.get("connection_id") if isinstance(request.json, dict) else None
    if given is not None and str(given) not in request.account.collection(Connection):
        raise SandboxError("10017", "No such connection.", pointer="/connection_id")
    number.calling_connection_id = None if given is None else str(given)
    return data(_routing(number))


@routes.get("/whatsapp/phone_numbers/{phone_number}/conversational_components")
def get_components(request: Request) -> Reply:
    return data(_components(find(request)))


@routes.patch("/whatsapp/phone_numbers/{phone_number}/conversational_components")
def update_components(request: Request) -> Reply:
    number = find(request)
    given = request.json if isinstance(request.json, dict) else {}
    number.components |= {name: given[name] for name in ("commands", "ice_breakers") if name in given}
    return data(_components(number))


def _calling(number: WhatsappNumber) -> dict[str, object]:
    return {
        "record_type": "whatsapp_calling_settings",
        "phone_number": number.phone_number,
        "enabled": number.calling_enabled,
        "updated_at": iso(number.updated_at),
    }


def _routing(number: WhatsappNumber) -> dict[str, object]:
    return {
        "record_type": "whatsapp_calling_routing",
        "phone_number": number.phone_number,
        "connection_id": number.calling_connection_id,
    }


def _components(number: WhatsappNumber) -> dict[str, object]:
    return {
        "record_type": "whatsapp_conversational_components",
        "phone_number": number.phone_number,
        "commands": number.components.get("commands") or [],
        "ice_breakers": number.components.get("ice_breakers") or [],
    }
