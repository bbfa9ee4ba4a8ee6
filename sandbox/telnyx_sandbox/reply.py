"""The answer to a request, before it is written to the connection."""

import json
from dataclasses import dataclass

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Reply:
    """`payload` is the whole JSON body, envelope included; None means no body."""

    payload: object
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def encode(self) -> bytes:
        if self.payload is None:
            return b""
        return _encode(self.payload).encode()


def data(resource: dict[str, object], status: int = 200) -> Reply:
    """One resource in the API's usual envelope."""
    return Reply({"data": resource}, status)
