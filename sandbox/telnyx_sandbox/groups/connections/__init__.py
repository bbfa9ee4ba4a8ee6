"""Connections of every type, TeXML applications and outbound voice profiles: calls go through them."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import (
    connection,
    connections,
    hosts,
    kind_routes,
    outbound_voice_profile,
    outbound_voice_profiles,
    registrations,
    telephony_credentials,
)

ROUTES: tuple[Routes, ...] = (
    connections.routes,
    *kind_routes.ROUTES,
    *hosts.ROUTES,
    outbound_voice_profiles.routes,
    registrations.routes,
    telephony_credentials.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = (outbound_voice_profile.seed, connection.seed)
