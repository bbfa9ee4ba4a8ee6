"""Sound to hear and to measure: a tone in a WAV file."""

import math
import struct
from functools import lru_cache

RATE = 8_000
PITCH = 440


@lru_cache(64)
def wav(seconds: float) -> bytes:
    """One channel of 8 bits, 8,000 samples a second; the same bytes every time."""
    count = int(seconds * RATE)
    samples = bytes(int(128 + 40 * math.sin(2 * math.pi * PITCH * index / RATE)) for index in range(count))
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE, 1, 8)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", count) + samples
    return struct.pack("<4sI", b"RIFF", len(body)) + body
