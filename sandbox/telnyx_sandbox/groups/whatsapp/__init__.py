"""WhatsApp: accounts, numbers, templates, conversation windows, messages.

Each account starts with a business account, the number `FIRST_NUMBER` on it, some templates, and an open
conversation with `+12025550142`. `POST /sandbox/inbound` lets other people write, which opens one with them.
"""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from ..numbers.phone_number import FIRST_NUMBER
from . import business_account, conversation, messages, number, numbers, profiles, templates, user_data

WRITER = "+12025550142"


def seed(account: Account) -> None:
    business = business_account.seed(account)
    number.add(account, FIRST_NUMBER, business.id, "Sandbox Shop").verified = True
    templates.seed(account, business.id)
    conversation.open_window(account, FIRST_NUMBER, WRITER)


ROUTES: tuple[Routes, ...] = (
    business_account.routes,
    conversation.routes,
    numbers.routes,
    profiles.routes,
    messages.routes,
    templates.routes,
    user_data.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = (seed,)
