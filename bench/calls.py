"""The tool calls that are measured, and the API request that each of them leads to."""

from __future__ import annotations

from dataclasses import dataclass

ITEMS = 20
NUMBERS = [f"+120255501{index:02d}" for index in range(ITEMS)]
MESSAGE_ID = "40385f64-5717-4562-b3fc-2c963f66afa6"


@dataclass(frozen=True)
class Call:
    """A tool call. `method`, `path` (below the base URL) and `body` are the API request. A correct answer contains
    `proof`."""

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
