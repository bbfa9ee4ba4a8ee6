"""Webhook deliveries: how the events of calls and messages reached their URLs, newest first. Nothing is really sent.

A URL that contains "fail" answers 500 to every attempt, one that contains "timeout" never answers, all others answer
200 at once. An event whose delivery failed goes to the failover URL, if there is one.
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
from ..messaging.message import Message
from ..voice.events import CallEvent

routes = Routes()

RETRIES_AFTER_SECS = (0.0, 5.0, 25.0)
ATTEMPT_SECS = 0.2
TIMEOUT_SECS = 2.0
FAILED = 500

Event = dict[str, object]


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
    for event, at, url, failover in (*_of_calls(account), *_of_messages(account, now)):
        first = Delivery(event, url, at) if url else None
        if first is None or first.finished_at > now:
            continue
        yield first
        if first.failed and failover:
            yield Delivery(event, failover, first.finished_at)


def _of_calls(account: Account) -> Iterator[tuple[Event, float, str | None, str | None]]:
    connections = account.collection(Connection)
    for event in account.collection(CallEvent).values():
        if event.type == "webhook":
            connection = connections.get(event.call.connection_id)
            url = event.call.settings.get("webhook_url") or (connection.webhook_event_url if connection else None)
            failover = connection.settings.get("webhook_event_failover_url") if connection else None
            reported = _event(event.id, event.name, event.at, event.payload)
            yield reported, event.at, _text(url), _text(failover)


def _of_messages(account: Account, now: float) -> Iterator[tuple[Event, float, str | None, str | None]]:
    for message in account.collection(Message).values():
        for name, at in _steps(message, now):
            if at is not None:
                event = _event(str(uuid5(NAMESPACE_URL, f"{message.id} {name}")), name, at, message.render(now))
                yield event, at, message.webhook_url, message.webhook_failover_url


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
