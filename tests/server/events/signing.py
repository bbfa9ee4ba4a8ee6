"""Webhooks as Telnyx sends them, signed."""

import base64
import json
import time
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

OURS, PERSON = "+13125550100", "+13125550123"


class Signer:
    """An account of Telnyx, as far as it signs."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.public_key = base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def headers(self, body: bytes, at: float | None = None) -> dict[str, str]:
        """The headers of a webhook with this body."""
        timestamp = str(int(time.time() if at is None else at))
        return {"content-type": "application/json", **self.at(timestamp, body)}

    def at(self, timestamp: str, body: bytes) -> dict[str, str]:
        """What signs a body at a time, however that is written."""
        signature = base64.b64encode(self._key.sign(timestamp.encode() + b"|" + body)).decode()
        return {"telnyx-timestamp": timestamp, "telnyx-signature-ed25519": signature}


def received(text: str = "Hello", *, id_: str | None = None, at: str = "2026-11-28T12:00:00.000+00:00") -> bytes:
    """The webhook of a message that a person sent."""
    message_id = id_ or str(uuid4())
    payload = {
        "id": message_id,
        "direction": "inbound",
        "type": "SMS",
        "from": {"phone_number": PERSON},
        "to": [{"phone_number": OURS, "status": "webhook_delivered"}],
        "text": text,
        "messaging_profile_id": "profile-1",
    }
    return webhook("message.received", payload, id_=f"event-{message_id}", at=at)


def webhook(name: str, payload: dict[str, Any], *, id_: str = "event-1", at: str = "2026-11-28T12:00:00Z") -> bytes:
    """A webhook in the shape that most products use."""
    event = {"record_type": "event", "event_type": name, "id": id_, "occurred_at": at, "payload": payload}
    return json.dumps({"data": event, "meta": {"attempt": 1}}).encode()
