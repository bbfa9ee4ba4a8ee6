"""The simulated parts of the API: one package per product, each with its `ROUTES` and `SEEDS`.

A new product adds its `ROUTES` to `GROUPS`, and its `SEEDS` to what every new account starts with.
"""

from . import (
    assistants,
    billing,
    connections,
    diagnostics,
    embeddings,
    inference,
    inventory,
    messaging,
    messaging_profiles,
    numbers,
    reports,
    requirements,
    storage,
    verify,
    voice,
    whatsapp,
)
from .connections.connection import HeldBy

GROUPS = (
    *assistants.ROUTES,
    *billing.ROUTES,
    *connections.ROUTES,
    *diagnostics.ROUTES,
    *embeddings.ROUTES,
    *inference.ROUTES,
    *inventory.ROUTES,
    *messaging.ROUTES,
    *messaging_profiles.ROUTES,
    *numbers.ROUTES,
    *reports.ROUTES,
    *requirements.ROUTES,
    *storage.ROUTES,
    *verify.ROUTES,
    *voice.ROUTES,
    *whatsapp.ROUTES,
)

# The first number goes onto the first connection and the first messaging profile; WhatsApp takes that number.
SEEDS = (
    *connections.SEEDS,
    *messaging_profiles.SEEDS,
    *numbers.SEEDS,
    *verify.SEEDS,
    *assistants.SEEDS,
    *billing.SEEDS,
    *diagnostics.SEEDS,
    *embeddings.SEEDS,
    *inference.SEEDS,
    *inventory.SEEDS,
    *messaging.SEEDS,
    *reports.SEEDS,
    *requirements.SEEDS,
    *storage.SEEDS,
    *voice.SEEDS,
    *whatsapp.SEEDS,
)

# Numbers come before calls: calls end by themselves, while somebody has to move the numbers.
HELD_BY = HeldBy((numbers.phone_number.holds, voice.call_routes.holds))

HOOKS = (HELD_BY, voice.WHEN_ANSWERED, assistants.ON_CALLS)
"""Says what groups do when something happens in a lower group that does not know them; see `Account.hook`."""
