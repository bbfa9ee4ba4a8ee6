"""Number lookup. A number always gets the same carrier, by its last digit: 0 to 5 mobile, 6 and 7 fixed, 8 and 9 VoIP.

A lookup costs 0.0015 USD, and each `type` its own price on top.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from ...account import Account
from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..inventory.countries import country_of

routes = Routes()

PRICE = Decimal("0.0015")
PRICES = {
    "carrier": Decimal("0.003"),
    "caller-name": Decimal("0.0045"),
    "enhanced-caller-name": Decimal("0.01"),
    "caller-identity": Decimal("0.03"),
}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Lookup:
    """A lookup that was made, for the usage report."""

    country: str | None
    types: tuple[str, ...]
    cost: Decimal
    created_at: float


@routes.get("/number_lookup/{phone_number}")
def look_up(request: Request) -> Reply:
    number, types = request.ids["phone_number"], request.query.many("type")
    if not _E164.fullmatch(number):
        raise SandboxError("10016", parameter="phone_number")
    lookup = Lookup(
        country_of(number), tuple(types), PRICE + sum(PRICES[each] for each in types), request.account.clock.now()
    )
    _charge(request.account, lookup)
    north_american = number.startswith("+1")
    carrier, kind = _carrier(number)
    return data(
        {
            "record_type": "number_lookup",
            "phone_number": number,
            "country_code": lookup.country,
            "national_format": number[2:] if north_american else number[1:],
            "valid_number": lookup.country is not None,
            "fraud": None,
            "portability": _portability(carrier, kind) if north_american else None,
            "carrier": {"name": carrier, "type": kind, "normalized_carrier": None} if "carrier" in types else None,
            "caller_name": {"caller_name": _name(number)} if "caller-name" in types else None,
            "enhanced_caller_name": {"caller_name": _name(number)} if "enhanced-caller-name" in types else None,
            "caller_identity": _identity(number) if "caller-identity" in types else None,
        }
    )


def _charge(account: Account, lookup: Lookup) -> None:
    account.charge(lookup.cost)
    account.collection(Lookup)[account.ids.uuid("lookup")] = lookup


def _carrier(number: str) -> tuple[str, str]:
    last = int(number[-1])
    if last < 6:
        return "Sandbox Mobile", "mobile"
    return ("Sandbox Telephone", "fixed line") if last < 8 else ("Sandbox Voice", "voip")


def _portability(carrier: str, kind: str) -> dict[str, object]:
    return {"line_type": kind, "ported_status": "N", "ported_date": "", "spid": "000S", "spid_carrier_name": carrier}


def _name(number: str) -> str:
    return f"SANDBOX CALLER {number[-4:]}"


def _identity(number: str) -> dict[str, object]:
    address = {"street_line_1": "1 Sandbox Street", "city": "Chicago", "state_code": "IL", "country_code": "US"}
    return {"name": _name(number).title(), "address": address, "confidence_score": 70.0}
