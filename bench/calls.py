"""The tool calls that are measured, and for each the request to the API that it comes down to."""

from __future__ import annotations

from dataclasses import dataclass

ITEMS = 20
NUMBERS = [f"+120255501{index:02d}" for index in range(ITEMS)]
MESSAGE_ID = "40385f64-5717-4562-b3fc-2c963f66afa6"


@dataclass(frozen=True)
class Call:
    """`method`, `path` (below the base URL) and `body` are what a proxy sends; a right answer holds `proof`."""

    tool: str
    arguments: dict[str, object]
    proof: str
    path: str
    method: str = "GET"
    body: dict[str, object] | None = None


LIST = Call(
    "list_phone_numbers",
    {"page_size": ITEMS},
    NUMBERS[-1],
    f"/phone_numbers?page[number]=1&page[size]={ITEMS}",
)
GET = Call("get_message", {"message_id": MESSAGE_ID}, MESSAGE_ID, f"/messages/{MESSAGE_ID}")
SEND = Call(
    "send_message",
    {"from_number": NUMBERS[0], "to": NUMBERS[1], "text": "Your table is ready."},
    MESSAGE_ID,
    "/messages",
    "POST",
    {"from": NUMBERS[0], "to": NUMBERS[1], "text": "Your table is ready."},
)
CALLS = {call.tool: call for call in (LIST, GET, SEND)}
