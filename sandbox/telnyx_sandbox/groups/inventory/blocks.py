"""Numbers for sale: blocks of a hundred, all from ranges that are reserved for fiction."""

from dataclasses import dataclass
from decimal import Decimal

from .countries import CANADIAN_AREA_CODES, TOLL_FREE_CODES, US_AREA_CODES

UPFRONT_COST = Decimal("1.00")

_FULL = ("sms", "mms", "voice", "fax", "emergency", "hd_voice", "local_calling")
_TOLL_FREE = ("sms", "mms", "voice", "fax", "hd_voice")
_MOBILE = ("sms", "voice", "international_sms")
_VOICE = ("voice", "fax", "local_calling")


@dataclass(frozen=True, slots=True)
class Block:
    """A hundred numbers that share everything but their last two digits."""

    country: str
    kind: str
    calling_code: str
    area_code: str
    subscriber: str
    locality: str
    area: str
    features: tuple[str, ...]
    monthly_cost: Decimal

    @property
    def price(self) -> Decimal:
        """The price of a number of this block: the fee and the first month."""
        return UPFRONT_COST + self.monthly_cost

    @property
    def prefix(self) -> str:
        return f"+{self.calling_code}{self.area_code}{self.subscriber}"

    def numbers(self) -> list[str]:
        prefix = self.prefix
        return [f"{prefix}{ending:02}" for ending in range(100)]


def _north_america(country: str, codes: dict[str, tuple[str, str]]) -> list[Block]:
    return [
        Block(country, "local", "1", code, "55501", locality, area, _FULL, Decimal("1.00"))
        for code, (locality, area) in codes.items()
    ]


BLOCKS: tuple[Block, ...] = (
    *_north_america("US", US_AREA_CODES),
    *_north_america("CA", CANADIAN_AREA_CODES),
    *(Block("US", "toll_free", "1", code, "55501", "", "", _TOLL_FREE, Decimal("1.00")) for code in TOLL_FREE_CODES),
    Block("GB", "local", "44", "20", "794600", "LONDON", "", _VOICE, Decimal("1.50")),
    Block("GB", "mobile", "44", "7700", "9000", "", "", _MOBILE, Decimal("2.00")),
    Block("FR", "local", "33", "1", "990000", "PARIS", "", _VOICE, Decimal("1.50")),
    Block("DE", "local", "49", "30", "231250", "BERLIN", "", _VOICE, Decimal("1.50")),
    Block("AU", "local", "61", "2", "555000", "SYDNEY", "", _VOICE, Decimal("2.00")),
)

_BY_PREFIX = {block.prefix: block for block in BLOCKS}


def block_of(number: str) -> Block | None:
    """The block of a number that exists in the inventory, sold or not."""
    return _BY_PREFIX.get(number[:-2]) if number[-2:].isdigit() else None
