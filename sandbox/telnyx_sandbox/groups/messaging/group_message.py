"""A group MMS: one message to each member, and the whole as its sender sees it."""

from dataclasses import dataclass
from decimal import Decimal

from ...account import money
from .message import Message

LARGEST_GROUP = 8


@dataclass(frozen=True, slots=True)
class GroupMessage:
    """`messages` holds one message for each member; they differ in recipient and status only."""

    id: str
    messages: tuple[Message, ...]

    def render(self, now: float) -> dict[str, object]:
        rendered = [message.render(now) for message in self.messages]
        cost = sum((message.content.cost for message in self.messages), Decimal(0))
        return {
            **rendered[0],
            "id": self.id,
            "to": [message.render_recipient(now) for message in self.messages],
            "cost": {"amount": money(cost), "currency": "USD"},
            "errors": [error for message in self.messages for error in message.errors(now)],
        }
