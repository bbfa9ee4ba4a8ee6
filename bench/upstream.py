"""A minimal stand-in for the Telnyx API: one fixed answer per path, on a raw socket."""

from __future__ import annotations

import asyncio
import json
import re
from typing import cast

import uvloop

from bench.calls import ITEMS, MESSAGE_ID, NUMBERS

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _answer(status: str, body: object) -> bytes:
    content = json.dumps(body, separators=(",", ":")).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def _number(index: int) -> dict[str, object]:
    return {
        "id": f"29346519300420{index:05d}",
        "record_type": "phone_number",
        "phone_number": NUMBERS[index],
        "country_iso_alpha2": "US",
        "status": "active",
        "phone_number_type": "local",
        "connection_id": "1293384261075731499",
        "tags": ["bench"],
        "purchased_at": "2026-01-05T10:00:00Z",
    }


PAGE = _answer(
    "200 OK",
    {
        "data": [_number(index) for index in range(ITEMS)],
        "meta": {"total_pages": 3, "total_results": 60, "page_number": 1, "page_size": ITEMS},
    },
)
MESSAGE = _answer(
    "200 OK",
    {
        "data": {
            "id": MESSAGE_ID,
            "record_type": "message",
            "direction": "outbound",
            "type": "SMS",
            "from": {"phone_number": NUMBERS[0], "carrier": "Telnyx", "line_type": "Wireless"},
            "to": [{"phone_number": NUMBERS[1], "status": "queued", "carrier": "T-Mobile", "line_type": "Wireless"}],
            "text": "Your table is ready.",
            "parts": 1,
            "cost": {"amount": "0.0040", "currency": "USD"},
            "errors": [],
            "sent_at": None,
        }
    },
)
BALANCE = _answer("200 OK", {"data": {"balance": "100.00", "currency": "USD"}})
SPANS_TAKEN = _answer("200 OK", {})
UNAUTHORIZED = _answer("401 Unauthorized", {"errors": [{"code": "10009", "title": "Authentication failed"}]})


class Upstream(asyncio.Protocol):
    """Answers requests in the order in which they arrive."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (head := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, head)
            end = head + 4 + (int(length[1]) if length else 0)
            if len(self._received) < end:
                return
            self._transport.write(_respond(self._received[:head]))
            self._received = self._received[end:]


def _respond(head: bytes) -> bytes:
    if head.startswith(b"POST /v1/traces "):
        return SPANS_TAKEN
    if b"\r\nauthorization: bearer key" not in head.lower():
        return UNAUTHORIZED
    if b" /v2/balance" in head:
        return BALANCE
    return MESSAGE if b" /v2/messages" in head else PAGE


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    print(f"Serving on http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
