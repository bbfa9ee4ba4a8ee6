"""The content of a message, its number of parts and its price."""

from dataclasses import dataclass
from decimal import Decimal

from ...account import money
from ...body import Body
from ...errors import SandboxError
from .segments import fits_gsm7, segment

LARGEST_SMS_PARTS = 10
LARGEST_MMS_URLS = 10
LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a part in USD: the share of the platform and that of the carrier."""

    rate: Decimal
    carrier_fee: Decimal


SMS_PRICE = Price(Decimal("0.004"), Decimal("0.003"))
MMS_PRICE = Price(Decimal("0.015"), Decimal("0.010"))


@dataclass(frozen=True, slots=True)
class Content:
    """`encoding` is None for an MMS, which always counts as one part."""

    text: str
    subject: str | None
    media_urls: tuple[str, ...]
    encoding: str | None
    parts: int

    @property
    def type(self) -> str:
        return "SMS" if self.encoding else "MMS"

    @property
    def price(self) -> Price:
        return SMS_PRICE if self.encoding else MMS_PRICE

    @property
    def cost(self) -> Decimal:
        return (self.price.rate + self.price.carrier_fee) * self.parts

    def render_cost(self) -> dict[str, object]:
        return {
            "cost": {"amount": money(self.cost), "currency": "USD"},
            "cost_breakdown": {
                "rate": {"amount": money(self.price.rate), "currency": "USD"},
                "carrier_fee": {"amount": money(self.price.carrier_fee * self.parts), "currency": "USD"},
            },
        }


def read_content(body: Body, *, mms: bool = False) -> Content:
    """The content of the body; with `mms` a text without media is an MMS too."""
    text = body.text("text") or ""
    subject = body.text("subject")
    media_urls = tuple(body.texts("media_urls") or ())
    kind = body.choice("type", ("SMS", "MMS"))
    if not text and not media_urls:
        raise SandboxError("40316", pointer="/text")
    if media_urls or mms:
        return _mms(text, subject, media_urls, kind)
    if kind == "MMS":
        raise SandboxError("40316", "An MMS needs 'media_urls'.", pointer="/media_urls")
    return _sms(text, subject, body.choice("encoding", ("auto", "gsm7", "ucs2")))


def _mms(text: str, subject: str | None, media_urls: tuple[str, ...], kind: str | None) -> Content:
    if kind == "SMS":
        raise SandboxError("40317", "An SMS takes no 'media_urls'.", pointer="/media_urls")
    if len(media_urls) > LARGEST_MMS_URLS:
        raise SandboxError("40317", pointer="/media_urls")
    for index, url in enumerate(media_urls):
        if not url.startswith(("http://", "https://")) or len(url) > LONGEST_URL:
            raise SandboxError("10003", pointer=f"/media_urls/{index}")
    return Content(text, subject, media_urls, None, 1)


def _sms(text: str, subject: str | None, encoding: str | None) -> Content:
    if encoding == "gsm7" and not fits_gsm7(text):
        raise SandboxError("10015", "The text has characters outside GSM-7.", pointer="/text")
    segmentation = segment(text, force_ucs2=encoding == "ucs2")
    if segmentation.parts > LARGEST_SMS_PARTS:
        detail = f"The text takes {segmentation.parts} parts; {LARGEST_SMS_PARTS} is the most."
        raise SandboxError("40302", detail, pointer="/text")
    return Content(text, subject, (), segmentation.encoding, segmentation.parts)
