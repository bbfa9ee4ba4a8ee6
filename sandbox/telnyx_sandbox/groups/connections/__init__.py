"""What calls go through: connections of every type, TeXML applications, outbound voice profiles."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import connection, connections, outbound_voice_profile, outbound_voice_profiles

ROUTES: tuple[Routes, ...] = (connections.routes, outbound_voice_profiles.routes)
SEEDS: tuple[Callable[[Account], None], ...] = (outbound_voice_profile.seed, connection.seed)
