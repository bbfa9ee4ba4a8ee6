"""Calls for tests of what one does with calls."""

from typing import Any

from tests.sandbox.answers import RECIPIENT, SENDER

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx


async def answered_call(telnyx: Telnyx, clock: Clock) -> str:
    """The call_control_id of a call that was dialled and has just been answered."""
    applications: Any = await telnyx.get("/call_control_applications")
    body = {"connection_id": applications["data"][0]["id"], "from": SENDER, "to": RECIPIENT}
    dialled: Any = await telnyx.post("/calls", body=body)
    clock.advance(2)
    return str(dialled["data"]["call_control_id"])
