"""Webhook deliveries: how events reached their URLs, newest first.

The list is made up for all URLs; the `sender` really sends only to URLs on this machine. A URL that contains "fail"
answers 500 to every attempt, one that contains "timeout" never answers, and all others answer 200 at once. An event
whose delivery failed goes to the failover URL, if there is one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...moments import queried_moment
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..connections.connection import Connection
from ..messaging.message import FINAL_AFTER_SECS, Message
from ..messaging_profiles.profiles import MessagingProfile
from ..numbers.order import NumberOrder
from ..verify.profiles import VerifyProfile
from ..verify.verification import Verification
from ..voice.events import CallEvent

routes = Routes()

RETRIES_AFTER_SECS = (0.0, 5.0, 25.0)
ATTEMPT_SECS = 0.2
TIMEOUT_SECS = 2.0
FAILED = 500

Event = dict[str, object]


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """An event for a webhook: its content, its moment, and the URLs to send it to."""

    event: Event
    at: float
    url: str | None
    failover: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    event: Event
    url: str
    at: float

    @property
    def failed(self) -> bool:
        return "fail" in self.url or self.times_out

    @property
    def times_out(self) -> bool:
        return "timeout" in self.url

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.event['id']} {self.url}"))

    @property
    def status(self) -> str:
        return "failed" if self.failed else "delivered"

    @property
    def started_at(self) -> float:
        return self.at

    @property
    def finished_at(self) -> float:
        tries = RETRIES_AFTER_SECS if self.failed else RETRIES_AFTER_SECS[:1]
        return self.at + tries[-1] + self._takes

    @property
    def _takes(self) -> float:
        return TIMEOUT_SECS if self.times_out else ATTEMPT_SECS

    def attempts(self) -> list[dict[str, object]]:
        tries = RETRIES_AFTER_SECS if self.failed else RETRIES_AFTER_SECS[:1]
        return [self._attempt(self.at + after) for after in tries]

    def _attempt(self, at: float) -> dict[str, object]:
        request = {"url": self.url, "headers": [["content-type", "application/json"]]}
        response = {"status": FAILED if self.failed else 200, "headers": [], "body": "" if self.failed else "ok"}
        return {
            "status": self.status,
            "started_at": iso(at),
            "finished_at": iso(at + self._takes),
            "errors": [10104] if self.times_out else [],
            "http": {"request": request, **({} if self.times_out else {"response": response})},
        }

    def render(self, user_id: str) -> dict[str, object]:
        return {
            "record_type": "webhook_delivery",
            "id": self.id,
            "user_id": user_id,
            "status": self.status,
            "started_at": iso(self.started_at),
            "finished_at": iso(self.finished_at),
            "attempts": self.attempts(),
            "webhook": self.event,
        }


@routes.get("/public_key")
def get_public_key(request: Request) -> Reply:
    """The key that the account's webhooks are verified with."""
    return data({"record_type": "public_key", "public": request.account.signer.public_key})


@routes.get("/webhook_deliveries")
def list_deliveries(request: Request) -> Reply:
    account = request.account
    found = [delivery for delivery in _deliveries(account) if _fits(request, delivery)]
    found.sort(key=lambda delivery: delivery.at, reverse=True)
    return numbered(request, found, lambda delivery: delivery.render(account.ids.owner_id))


@routes.get("/webhook_deliveries/{id}")
def get_delivery(request: Request) -> Reply:
    for delivery in _deliveries(request.account):
        if delivery.id == request.id:
            return data(delivery.render(request.account.ids.owner_id))
    raise SandboxError("10005")


def _deliveries(account: Account) -> Iterator[Delivery]:
    """The deliveries that are finished by now."""
    now = account.clock.now()
    for each in webhook_events(account):
        first = Delivery(each.event, each.url, each.at) if each.url else None
        if first is None or first.finished_at > now:
            continue
        yield first
        if first.failed and each.failover:
            yield Delivery(each.event, each.failover, first.finished_at)


def webhook_events(account: Account) -> Iterator[WebhookEvent]:
    """Every event up to now for which a webhook is sent."""
    now = account.clock.now()
    yield from _of_calls(account)
    yield from _of_messages(account, now)
    yield from _of_orders(account, now)
    yield from _of_verifications(account, now)


def _of_calls(account: Account) -> Iterator[WebhookEvent]:
    connections = account.collection(Connection)
    for event in account.collection(CallEvent).values():
        if event.type == "webhook":
            connection = connections.get(event.call.connection_id)
            url = event.call.settings.get("webhook_url") or (connection.webhook_event_url if connection else None)
            failover = connection.settings.get("webhook_event_failover_url") if connection else None
            reported = _event(event.id, event.name, event.at, event.payload)
            yield WebhookEvent(reported, event.at, _text(url), _text(failover))


def _of_messages(account: Account, now: float) -> Iterator[WebhookEvent]:
    for message in account.collection(Message).values():
        for name, at in _steps(message, now):
            if at is not None:
                event = _event(str(uuid5(NAMESPACE_URL, f"{message.id} {name}")), name, at, message.render(now))
                yield WebhookEvent(event, at, message.webhook_url, message.webhook_failover_url)


def _of_orders(account: Account, now: float) -> Iterator[WebhookEvent]:
    """Order events go to the webhook of the order's messaging profile, else to that of its connection."""
    for order in account.collection(NumberOrder).values():
        if order.done_at > now:
            continue
        profile = account.collection(MessagingProfile).get(order.messaging_profile_id or "")
        connection = account.collection(Connection).get(order.connection_id or "")
        url = (profile.webhook_url if profile else None) or (connection.webhook_event_url if connection else None)
        event = _event(_uuid(order.id, "complete"), "number_order.complete", order.done_at, order.render(now))
        yield WebhookEvent(event, order.done_at, url, profile.webhook_failover_url if profile else None)


def _of_verifications(account: Account, now: float) -> Iterator[WebhookEvent]:
    """The events of a verification have the verification's id, as in the real service."""
    for verification in account.collection(Verification).values():
        profile = account.collection(VerifyProfile).get(verification.profile_id)
        fields = profile.fields if profile else {}
        url, failover = _text(fields.get("webhook_url")), _text(fields.get("webhook_failover_url"))
        for name, at, status in _stages(verification, now):
            payload = {**verification.render(now), "status": status}
            yield WebhookEvent(_event(verification.id, name, at, payload), at, url, failover)


def _stages(verification: Verification, now: float) -> Iterator[tuple[str, float, str]]:
    delivered_at = verification.created_at + FINAL_AFTER_SECS
    if now >= delivered_at:
        yield "verify.delivered", delivered_at, "pending"
    status = verification.status(now)
    if status != "pending":
        over = verification.accepted_at or verification.created_at + verification.timeout_secs
        yield "verify.completed", over, status


def _uuid(resource_id: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{resource_id} {name}"))


def _text(value: object) -> str | None:
    return str(value) if value else None


def _steps(message: Message, now: float) -> tuple[tuple[str, float | None], ...]:
    if message.direction == "inbound":
        return (("message.received", message.created_at),)
    return ("message.sent", message.sent_at(now)), ("message.finalized", message.completed_at(now))


def _event(event_id: str, name: str, at: float, payload: dict[str, object]) -> Event:
    return {"record_type": "event", "id": event_id, "event_type": name, "occurred_at": iso(at), "payload": payload}


def _fits(request: Request, delivery: Delivery) -> bool:
    query = request.query
    wanted = query.text("filter[status][eq]"), query.text("filter[event_type]")
    if wanted[0] not in (None, delivery.status) or wanted[1] not in (None, delivery.event["event_type"]):
        return False
    part, attempt = query.text("filter[webhook][contains]"), query.text("filter[attempts][contains]")
    if part is not None and part not in json.dumps(delivery.event):
        return False
    if attempt is not None and attempt not in json.dumps(delivery.attempts()):
        return False
    return all(_within(request, name, moment) for name, moment in _moments(delivery).items())


def _moments(delivery: Delivery) -> dict[str, float]:
    return {"started_at": delivery.started_at, "finished_at": delivery.finished_at}


def _within(request: Request, name: str, moment: float) -> bool:
    earliest = queried_moment(request.query, f"filter[{name}][gte]")
    latest = queried_moment(request.query, f"filter[{name}][lte]")
    return (earliest is None or moment >= earliest) and (latest is None or moment <= latest)
