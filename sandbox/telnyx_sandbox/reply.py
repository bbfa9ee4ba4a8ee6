"""The answer to a request, before it is written to the connection."""

import json
from dataclasses import dataclass

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `payload` is the whole JSON body, with its envelope, or raw bytes; None means no body."""

    payload: object
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()
    media_type: str = "application/json; charset=utf-8"

    def encode(self) -> bytes:
        if self.payload is None:
            return b""
        if isinstance(self.payload, bytes):
            return self.payload
        return _encode(self.payload).encode()


def data(resource: dict[str, object], status: int = 200) -> Reply:
    """One resource, in the API's usual envelope."""
    return Reply({"data": resource}, status)
