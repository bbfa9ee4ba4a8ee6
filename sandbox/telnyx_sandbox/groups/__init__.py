"""The simulated parts of the API: one module per group, each with its `routes`.

A new group adds its `routes` to `GROUPS`, and to `SEEDS` whatever every new account starts with.
"""

from . import (
    available_phone_numbers,
    balance,
    connections,
    detail_records,
    messages,
    messaging_profiles,
    number_messaging,
    number_orders,
    number_voice,
    optouts,
    phone_number,
    phone_numbers,
)

GROUPS = (
    available_phone_numbers.routes,
    balance.routes,
    detail_records.routes,
    messages.routes,
    messaging_profiles.routes,
    number_messaging.routes,
    number_orders.routes,
    number_voice.routes,
    optouts.routes,
    phone_numbers.routes,
)

SEEDS = (connections.seed, messaging_profiles.seed, phone_number.seed, optouts.seed)
