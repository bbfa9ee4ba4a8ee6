"""The answer to a request, before it is written to the connection."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """`payload` is the whole JSON body, envelope included; None means no body."""

    payload: object
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def encode(self) -> bytes:
        if self.payload is None:
            return b""
        return json.dumps(self.payload, separators=(",", ":"), ensure_ascii=False).encode()


def data(resource: dict[str, object], status: int = 200) -> Reply:
    """One resource in the API's usual envelope."""
    return Reply({"data": resource}, status)
