"""The operations on outbound voice profiles."""

from collections.abc import Callable
from functools import partial

from ...errors import SandboxError
from ...pages import in_order, numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .connection import Connection
from .outbound_voice_profile import OutboundVoiceProfile, create

routes = Routes()

NAME_FILTER = "filter[name][contains]"
SORTS: dict[str, Callable[[OutboundVoiceProfile], object]] = {
    "created_at": lambda profile: profile.created_at,
    "name": lambda profile: profile.name,
    "enabled": lambda profile: profile.enabled,
    "service_plan": lambda profile: profile.settings["service_plan"],
    "traffic_type": lambda profile: profile.settings["traffic_type"],
    "usage_payment_method": lambda profile: profile.settings["usage_payment_method"],
}


@routes.get("/outbound_voice_profiles")
def list_profiles(request: Request) -> Reply:
    request.query.filters(NAME_FILTER)
    part = (request.query.text(NAME_FILTER) or "").lower()
    profiles = request.account.collection(OutboundVoiceProfile).values()
    found = [profile for profile in profiles if part in profile.name.lower()]
    return numbered(request, in_order(request, found, SORTS), partial(_render, request))


@routes.post("/outbound_voice_profiles")
def create_profile(request: Request) -> Reply:
    profile = create(request.account, request.body.required_text("name"))
    profile.change(request.fields, profile.created_at)
    return data(_render(request, profile), 201)


@routes.get("/outbound_voice_profiles/{id}")
def get_profile(request: Request) -> Reply:
    return data(_render(request, request.account.find(OutboundVoiceProfile, request.id)))


@routes.patch("/outbound_voice_profiles/{id}")
def update_profile(request: Request) -> Reply:
    profile = request.account.find(OutboundVoiceProfile, request.id)
    profile.change(request.fields, request.account.clock.now())
    return data(_render(request, profile))


@routes.delete("/outbound_voice_profiles/{id}")
def delete_profile(request: Request) -> Reply:
    profile = request.account.find(OutboundVoiceProfile, request.id)
    if _users(request, profile):
        raise SandboxError("10027", "Connections use this outbound voice profile.")
    del request.account.collection(OutboundVoiceProfile)[profile.id]
    return data(_render(request, profile))


def _render(request: Request, profile: OutboundVoiceProfile) -> dict[str, object]:
    return profile.render(_users(request, profile))


def _users(request: Request, profile: OutboundVoiceProfile) -> int:
    connections = request.account.collection(Connection).values()
    return sum(connection.outbound_voice_profile_id == profile.id for connection in connections)
