"""A message as tools return it, and how one is followed to its delivery."""

from __future__ import annotations

from typing import Annotated, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.remedies import meta_code, remedy
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.result import Part, Result, shape
from telnyx_tools.shared.waiting import follow, until_event
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.event import Wanted

DELIVERY_SECS = 45

_FINAL = frozenset({"delivered", "read", "expired", "sending_failed", "delivery_failed", "delivery_unconfirmed"})
"""A status that is not among them may still change."""


def _some(value: object) -> object:
    return value or None


class Party(Part):
    phone_number: str | None = None
    status: str | None = Field(
        None,
        description="scheduled, queued, sending, sent, delivered, sending_failed, delivery_failed, "
        "delivery_unconfirmed, expired, cancelled",
    )
    carrier: str | None = None
    line_type: str | None = None


class Cost(Part):
    amount: str | None = None
    currency: str | None = None


class MessageError(Part):
    code: str | None = None
    meta_code: str | None = Field(None, description="WhatsApp: Meta's own code")
    title: str | None = None
    detail: str | None = None
    remedy: str | None = Field(None, description="what to do about it")

    @model_validator(mode="after")
    def _advise(self) -> Self:
        self.meta_code = self.meta_code or meta_code(self.code or "", self.detail, self.title)
        self.remedy = self.remedy or remedy(self.code or "", 0, self.detail, self.title)
        return self


class Message(Result):
    id: str | None = None
    type: str | None = None
    direction: str | None = None
    sender: Party | None = Field(None, alias="from")
    to: list[Party] | None = None
    text: Annotated[str | None, Outside("who sent it")] = None
    messaging_profile_id: str | None = None
    parts: int | None = Field(None, description="segments charged")
    cost: Cost | None = None
    errors: Annotated[list[MessageError] | None, BeforeValidator(_some)] = Field(
        None, description="why it was not delivered"
    )
    received_at: str | None = None
    sent_at: str | None = None
    completed_at: str | None = None
    note: str | None = None


M = TypeVar("M", bound=Message)


async def delivery(telnyx: Telnyx, message: M, progress: Progress, inbox: Inbox) -> M:
    """The message once every recipient's outcome is known, or as it stands after 45 seconds."""
    message_id = message.id
    if message_id is None:
        return message

    async def read() -> M:
        return shape(type(message), await telnyx.get("/messages/{id}", id=message_id))

    return await follow(
        message,
        read,
        done=lambda m: bool(m.to) and _FINAL.issuperset(party.status for party in m.to or []),
        status=lambda m: ", ".join(party.status or "unknown" for party in m.to or []),
        progress=progress,
        seconds=DELIVERY_SECS,
        rest=until_event(inbox, Wanted(message_id=message_id), progress),
    )
