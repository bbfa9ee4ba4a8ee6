"""The simulated parts of the API: one module per group, each with its `routes`.

A new group adds its `routes` to `GROUPS`, and to `SEEDS` whatever every new account starts with.
"""

from . import (
    alphanumeric_senders,
    available_phone_numbers,
    balance,
    billing_groups,
    connections,
    detail_records,
    invoices,
    messages,
    messaging_profiles,
    number_lookup,
    number_messaging,
    number_orders,
    number_reputation,
    number_voice,
    optouts,
    phone_number,
    phone_numbers,
    profile_metrics,
    profile_numbers,
    usage_reports,
    verifications,
    verify_profiles,
)

GROUPS = (
    alphanumeric_senders.routes,
    available_phone_numbers.routes,
    balance.routes,
    billing_groups.routes,
    detail_records.routes,
    invoices.routes,
    messages.routes,
    messaging_profiles.routes,
    number_lookup.routes,
    number_messaging.routes,
    number_orders.routes,
    number_reputation.routes,
    number_voice.routes,
    optouts.routes,
    phone_numbers.routes,
    profile_metrics.routes,
    profile_numbers.routes,
    usage_reports.routes,
    verifications.routes,
    verify_profiles.routes,
)

SEEDS = (connections.seed, messaging_profiles.seed, phone_number.seed, optouts.seed, verify_profiles.seed)
