"""Call events: commands that were sent, and events that Telnyx reports to webhooks."""

from dataclasses import dataclass

from ...account import Account
from ...clock import iso
from .call import Call, Fields

KEPT_EVENTS = 20_000
APART_SECS = 0.001


@dataclass(slots=True)
class CallEvent:
    """`type` is `command` or `webhook`; `failed` is true of a command that was refused."""

    id: str
    call: Call
    name: str
    type: str
    at: float
    payload: Fields
    failed: bool = False

    def render(self) -> Fields:
        return {
            "record_type": "call_event",
            "call_leg_id": self.call.leg_id,
            "call_session_id": self.call.session_id,
            "event_timestamp": iso(self.at),
            "name": self.name,
            "type": self.type,
            "metadata": self._metadata(),
        }

    def _metadata(self) -> Fields:
        if self.type == "command":
            return {"status": "failed" if self.failed else "ok", "call_control_id": self.call.id, **self.payload}
        return {
            "record_type": "event",
            "id": self.id,
            "event_type": self.name,
            "occurred_at": iso(self.at),
            "payload": self.payload,
        }


def report(account: Account, call: Call, name: str, at: float, **payload: object) -> None:
    """Record an event such as `call.answered`, with the ids of the call."""
    _keep(account, CallEvent(account.ids.uuid("call_event"), call, name, "webhook", at, {**call.identify(), **payload}))


def note(account: Account, call: Call, command: str, at: float, payload: Fields) -> CallEvent:
    """Record a command that was sent."""
    return _keep(account, CallEvent(account.ids.uuid("call_event"), call, command, "command", at, payload))


def _keep(account: Account, event: CallEvent) -> CallEvent:
    """Keep the event. Events of one call are moved a millisecond apart, so that their times tell their order."""
    event.at = event.call.last_event_at = max(event.at, event.call.last_event_at + APART_SECS)
    kept = account.collection(CallEvent)
    kept[event.id] = event
    while len(kept) > KEPT_EVENTS:
        del kept[next(iter(kept))]
    return event
