"""Detail records: the account's finished messages and calls, and its verifications. Other products have none here."""

from collections.abc import Callable
from operator import ge, gt, le, lt

from ...account import money
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..inventory.countries import country_of
from ..messaging.message import Message
from ..messaging_profiles.profiles import MessagingProfile
from ..verify.verification import Verification
from ..voice.records import KINDS
from .date_ranges import period

routes = Routes()

RECORD_TYPES = (
    "ai-voice-assistant", "amd", "call-control", "conference", "conference-participant", "embedding", "fax",
    "inference", "inference-speech-to-text", "media_storage", "media-streaming", "messaging",
    "noise-suppression", "recording", "sip-trunking", "siprec-client", "stt", "tts", "verify", "webrtc",
    "wireless",
)  # fmt: skip
OPERATORS: dict[str, Callable[[str, str], bool]] = {"gte": ge, "gt": gt, "lte": le, "lt": lt}
FILTERS = {
    "messaging": ("status", "direction", "cld", "cli", "uuid", "country_code", "message_type", "profile_id"),
    "verify": ("id", "destination_phone_number", "verification_status", "verify_channel_type", "verify_profile_id"),
}
SORTS = ("created_at", "sent_at", "completed_at", "cost", "status")
STATUSES = {
    "received": "received",
    "delivered": "delivered",
    "sending_failed": "gw_reject",
    "delivery_failed": "failed",
}


@routes.get("/detail_records")
def list_records(request: Request) -> Reply:
    query = request.query
    record_type = query.choice("filter[record_type]", RECORD_TYPES)
    if record_type is None:
        raise SandboxError("10004", parameter="filter[record_type]")
    kind = KINDS.get(record_type)
    filters = kind.filters if kind else FILTERS.get(record_type, ())
    time = kind.time if kind else "created_at"
    named = (f"filter[{name}]" for name in (*filters, "record_type", "date_range"))
    query.filters(*named, *(f"filter[{time}][{operator}]" for operator in OPERATORS))
    records = _records(request, record_type, time)
    for name in filters:
        wanted = query.text(f"filter[{name}]")
        records = [record for record in records if wanted in (None, record[name])]
    return numbered(
        request, _sorted(request, records, (time, "answered_at", "finished_at", "cost") if kind else SORTS), dict
    )


def _records(request: Request, record_type: str, time: str) -> list[dict[str, object]]:
    account, now = request.account, request.account.clock.now()
    found: list[tuple[float, dict[str, object]]] = []
    if record_type == "messaging":
        messages = account.collection(Message).values()
        there = [each for each in messages if _is_recorded(each, now - account.records_after_secs)]
        found = [(each.created_at, _record(request, each, now)) for each in there]
    elif record_type == "verify":
        found = [(each.created_at, each.record(now)) for each in account.collection(Verification).values()]
    elif record_type in KINDS:
        found = list(KINDS[record_type].records(account))
    first, last = period(request.query.text("filter[date_range]"), now)
    return [record for moment, record in found if first <= moment < last and _within(request, time, iso(moment))]


def _is_recorded(message: Message, now: float) -> bool:
    return message.created_at <= now and message.status(now) in STATUSES


def _within(request: Request, time: str, moment: str) -> bool:
    """True if the moment fits `filter[created_at][gte]` and its like, which take dates or date-times in UTC."""
    bounds = {operator: request.query.text(f"filter[{time}][{operator}]") for operator in OPERATORS}
    return all(bound is None or OPERATORS[name](moment, bound) for name, bound in bounds.items())


def _record(request: Request, message: Message, now: float) -> dict[str, object]:
    profile = request.account.collection(MessagingProfile).get(message.profile_id)
    content, sent_at = message.content, message.sent_at(now)
    completed = iso(message.completed_at(now) or now)
    return {
        "record_type": "messaging",
        "uuid": message.id,
        "user_id": message.organization_id,
        "cli": message.sender,
        "cld": message.recipient,
        "source_country_code": country_of(message.sender),
        "country_code": message.country,
        "direction": message.direction,
        "message_type": content.type,
        "status": STATUSES[message.status(now)],
        "delivery_status": message.failure,
        "errors": [message.failure] if message.failure else [],
        "parts": content.parts,
        "rate": money(content.price.rate),
        "carrier_fee": money(content.price.carrier_fee * content.parts),
        "cost": money(content.cost),
        "currency": "USD",
        "profile_id": message.profile_id,
        "profile_name": profile.name if profile else None,
        "created_at": iso(message.created_at),
        "sent_at": None if sent_at is None else iso(sent_at),
        "completed_at": completed,
        "updated_at": completed,
    }


def _sorted(request: Request, records: list[dict[str, object]], fields: tuple[str, ...]) -> list[dict[str, object]]:
    order = request.query.text("sort") or f"-{fields[0]}"
    name = order.removeprefix("-")
    if name not in fields:
        raise SandboxError("10015", f"These records sort by {', '.join(fields)}.", parameter="sort")
    return sorted(records, key=lambda record: str(record.get(name) or ""), reverse=order.startswith("-"))
