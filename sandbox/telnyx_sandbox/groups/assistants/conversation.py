"""A conversation between an assistant and somebody, in a chat, by message or on a call."""

from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ..voice.assistant import CallConversation
from .assistant import Assistant
from .insight import results_of

Fields = dict[str, object]

INSIGHTS_AFTER_SECS = 5.0
"""A conversation is over, and is examined for insights, this long after its last message."""


@dataclass(frozen=True, slots=True)
class Said:
    at: float
    role: str
    text: str
    metadata: Fields = field(default_factory=dict)

    def render(self) -> Fields:
        return {
            "role": self.role,
            "text": self.text,
            "created_at": iso(self.at),
            "sent_at": iso(self.at),
            "metadata": self.metadata,
        }


@dataclass(slots=True)
class Conversation:
    id: str
    created_at: float
    name: str | None = None
    metadata: Fields = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)

    def say(self, at: float, role: str, text: str) -> None:
        self.said.append(Said(at, role, text))

    @property
    def last_message_at(self) -> float:
        return self.said[-1].at if self.said else self.created_at

    def render(self) -> Fields:
        return {
            "id": self.id,
            "name": self.name,
            "created_at": iso(self.created_at),
            "last_message_at": iso(self.last_message_at),
            "metadata": self.metadata,
        }

    def render_insights(self, account: Account) -> Fields:
        """Render the insights; there are none before the conversation is over."""
        over_at = self.last_message_at + INSIGHTS_AFTER_SECS
        done = bool(self.said) and over_at <= account.clock.now()
        users = [each.text for each in self.said if each.role == "user"]
        found = (results_of(account, _group(account, self), users) or _summary(users)) if done else []
        return {
            "id": f"insights-{self.id}",
            "status": "completed" if done else "pending",
            "created_at": iso(over_at),
            "conversation_insights": found,
        }


def begin(account: Account, metadata: Fields, name: str | None = None) -> Conversation:
    conversation = Conversation(account.ids.uuid("conversation"), account.clock.now(), name, metadata)
    account.collection(Conversation)[conversation.id] = conversation
    return conversation


def conversations_of(account: Account) -> list[Conversation]:
    """All conversations of the account, those on calls included."""
    calls = (_of_call(each, account.clock.now()) for each in account.collection(CallConversation).values())
    return [*account.collection(Conversation).values(), *calls]


def find_conversation(account: Account, conversation_id: str) -> Conversation:
    for conversation in conversations_of(account):
        if conversation.id == conversation_id:
            return conversation
    raise SandboxError("10005", "There is no such conversation.")


def _of_call(conversation: CallConversation, now: float) -> Conversation:
    call = conversation.call
    ours = call.sender if call.direction == "outgoing" else call.recipient
    metadata: Fields = {
        "assistant_id": conversation.assistant_id,
        "telnyx_conversation_channel": "phone_call",
        "telnyx_agent_target": ours,
        "telnyx_end_user_target": call.other_party,
        "call_control_id": call.id,
    }
    said = [Said(each.at, each.role, each.text) for each in conversation.messages(now) if each.at <= now]
    return Conversation(conversation.id, conversation.started_at, None, metadata, said)


def _group(account: Account, conversation: Conversation) -> object:
    assistant = account.collection(Assistant).get(str(conversation.metadata.get("assistant_id")))
    settings = assistant.main.settings.get("insight_settings") if assistant else None
    return settings.get("insight_group_id") if isinstance(settings, dict) else None


def _summary(users: list[str]) -> list[Fields]:
    """Make up the result for an assistant without insights of its own."""
    last = f', at last: "{users[-1]}"' if users else ""
    return [{"insight_id": "summary", "result": f"The user spoke (messages: {len(users)}){last}."}]
