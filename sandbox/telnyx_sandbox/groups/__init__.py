"""The simulated parts of the API: one module per group, each with its `routes`.

A new group adds its `routes` to `GROUPS`, and to `SEEDS` whatever every new account starts with. Large products are
packages of several such modules.
"""

from . import (
    addresses,
    alphanumeric_senders,
    assistants,
    available_phone_numbers,
    balance,
    billing_groups,
    connections,
    country_coverage,
    detail_records,
    diagnostics,
    embeddings,
    inference,
    invoices,
    messages,
    messaging_profiles,
    number_emergency,
    number_lookup,
    number_messaging,
    number_orders,
    number_reputation,
    number_reservations,
    number_voice,
    optouts,
    phone_number,
    phone_number_jobs,
    phone_numbers,
    profile_metrics,
    profile_numbers,
    requirement_groups,
    requirements,
    storage,
    usage_reports,
    verifications,
    verify_profiles,
    voice,
    whatsapp,
)
from .connections.connection import HeldBy

GROUPS = (
    addresses.routes,
    alphanumeric_senders.routes,
    available_phone_numbers.routes,
    balance.routes,
    billing_groups.routes,
    country_coverage.routes,
    detail_records.routes,
    invoices.routes,
    messages.routes,
    messaging_profiles.routes,
    number_emergency.routes,
    number_lookup.routes,
    number_messaging.routes,
    number_orders.routes,
    number_reputation.routes,
    number_reservations.routes,
    number_voice.routes,
    optouts.routes,
    phone_number_jobs.routes,
    phone_numbers.routes,
    profile_metrics.routes,
    profile_numbers.routes,
    requirement_groups.routes,
    requirements.routes,
    usage_reports.routes,
    verifications.routes,
    verify_profiles.routes,
    *assistants.ROUTES,
    *connections.ROUTES,
    *diagnostics.ROUTES,
    *embeddings.ROUTES,
    *inference.ROUTES,
    *storage.ROUTES,
    *voice.ROUTES,
    *whatsapp.ROUTES,
)

SEEDS = (
    *connections.SEEDS,
    messaging_profiles.seed,
    phone_number.seed,
    optouts.seed,
    verify_profiles.seed,
    *assistants.SEEDS,
    *diagnostics.SEEDS,
    *embeddings.SEEDS,
    *inference.SEEDS,
    *storage.SEEDS,
    *voice.SEEDS,
    *whatsapp.SEEDS,
)

# Numbers come before calls: calls end by themselves, while somebody has to move the numbers.
HELD_BY = HeldBy((phone_number.holds, voice.call_routes.holds))

HOOKS = (HELD_BY, voice.WHEN_ANSWERED, assistants.ON_CALLS)
"""What groups do when something happens in another one that does not know them; see `Account.hook`."""
