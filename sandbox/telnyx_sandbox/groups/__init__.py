"""The simulated parts of the API, one package per product, each with its `ROUTES` and `SEEDS`.

A new product adds its `ROUTES` to `GROUPS`, and its `SEEDS` to those that create the content of a new account.
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
from .connections.connection import DeletionChecks

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

# The first number is put on the first connection and the first messaging profile; WhatsApp uses that number too.
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

# Numbers are checked before calls: calls end by themselves, while numbers stay until somebody moves them.
DELETION_CHECKS = DeletionChecks((numbers.phone_number.blocks_deletion, voice.call_routes.blocks_deletion))

HOOKS = (DELETION_CHECKS, voice.WHEN_ANSWERED, assistants.ON_CALLS)
"""What groups do when something happens in a lower group, which does not know them; see `Account.hook`."""
