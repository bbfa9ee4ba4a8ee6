"""Calls and messages that an assistant makes later."""

from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...moments import moment_of, queried_moment
from ...pages import numbered
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..voice.assistant import CallConversation
from ..voice.call import Call
from .assistant import find
from .calls import call_somebody
from .chats import text_somebody

routes = Routes()

Fields = dict[str, object]
CHANNELS = ("phone_call", "sms_chat")


@dataclass(slots=True)
class ScheduledEvent:
    """`call` and `conversation_id` are set once the event has been carried out, `errors` if that failed."""

    id: str
    assistant_id: str
    created_at: float
    at: float
    given: Fields
    call: Call | None = None
    conversation_id: str | None = None
    dispatched_at: float | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def channel(self) -> object:
        return self.given["telnyx_conversation_channel"]

    @property
    def status(self) -> str:
        if self.errors:
            return "failed"
        if self.call is not None and not self.call.ended:
            return "in_progress"
        return "pending" if self.dispatched_at is None else "completed"

    def render(self) -> Fields:
        dispatched = None if self.dispatched_at is None else iso(self.dispatched_at)
        return {
            **self.given,
            "scheduled_event_id": self.id,
            "assistant_id": self.assistant_id,
            "status": self.status,
            "conversation_id": self.conversation_id,
            "created_at": iso(self.created_at),
            "dispatched_at": dispatched,
            "errors": self.errors,
        }

    def carry_out(self, account: Account, moment: float) -> None:
        if self.id not in account.collection(ScheduledEvent):
            return
        self.dispatched_at = moment
        try:
            assistant = find(account, self.assistant_id)
            sender, recipient = str(self.given["telnyx_agent_target"]), str(self.given["telnyx_end_user_target"])
            variables = self.given.get("dynamic_variables")
            values = variables if isinstance(variables, dict) else {}
            if self.channel == "phone_call":
                self.call = call_somebody(account, assistant, sender=sender, recipient=recipient, variables=values)
            else:
                text = str(self.given["text"])
                self.conversation_id = text_somebody(
                    account, assistant, sender=sender, recipient=recipient, text=text, variables=values
                ).id
        except SandboxError as error:
            self.errors.append(error.detail)

    def look(self, account: Account) -> None:
        """Set the conversation of the event's call, once there is one."""
        if self.call is not None and self.conversation_id is None:
            for each in account.collection(CallConversation).values():
                if each.call is self.call:
                    self.conversation_id = each.id


@routes.post("/ai/assistants/{assistant_id}/scheduled_events", takes_idempotency_key=True)
def schedule(request: Request) -> Reply:
    account, body = request.account, request.body
    assistant = find(account, request.ids["assistant_id"])
    if body.text("telnyx_conversation_channel") == "sms_chat":
        body.required_text("text")
    at, now = (
        moment_of(body.required_text("scheduled_at_fixed_datetime"), pointer="/scheduled_at_fixed_datetime"),
        account.clock.now(),
    )
    if at <= now:
        raise SandboxError("10015", "The moment has passed.", pointer="/scheduled_at_fixed_datetime")
    given = dict(request.json) if isinstance(request.json, dict) else {}
    event = ScheduledEvent(account.ids.uuid("scheduled_event"), assistant.id, now, at, given)
    account.collection(ScheduledEvent)[event.id] = event
    account.agenda.plan(at, lambda moment: event.carry_out(account, moment))
    return Reply(event.render())


@routes.get("/ai/assistants/{assistant_id}/scheduled_events")
def list_events(request: Request) -> Reply:
    account, query = request.account, request.query
    assistant = find(account, request.ids["assistant_id"])
    channel = query.choice("conversation_channel", CHANNELS)
    since, until = queried_moment(query, "from_date"), queried_moment(query, "to_date")
    found = [
        event
        for event in account.collection(ScheduledEvent).values()
        if event.assistant_id == assistant.id
        and channel in (None, event.channel)
        and (since is None or event.at >= since)
        and (until is None or event.at <= until)
    ]
    for event in found:
        event.look(account)
    return numbered(request, found, ScheduledEvent.render)


@routes.get("/ai/assistants/{assistant_id}/scheduled_events/{event_id}")
def get_event(request: Request) -> Reply:
    event = _event(request)
    event.look(request.account)
    return Reply(event.render())


@routes.delete("/ai/assistants/{assistant_id}/scheduled_events/{event_id}")
def cancel_event(request: Request) -> Reply:
    event = _event(request)
    if event.status != "pending":
        raise SandboxError("10015", f"The event is {event.status}; only pending ones can be cancelled.")
    del request.account.collection(ScheduledEvent)[event.id]
    return Reply(None, 204)


def _event(request: Request) -> ScheduledEvent:
    event = request.account.find(ScheduledEvent, request.ids["event_id"])
    if event.assistant_id != request.ids["assistant_id"]:
        raise SandboxError("10005")
    return event
