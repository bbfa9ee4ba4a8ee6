"""Sound files of silence, small and valid."""

import struct

WAV_RATE = 8_000
MP3_FRAME_SECS = 1152 / 44_100
MOST_SECS = 30.0
"""Longer recordings have a file of this length."""

_MP3_FRAME = bytes((0xFF, 0xFB, 0x10, 0xC4)) + bytes(100)
"""MPEG 1 layer III, 32 kbit/s, 44.1 kHz, mono: 104 bytes, all silence."""


def wav(secs: float, channels: int) -> bytes:
    """8-bit PCM."""
    samples = bytes([0x80]) * (int(min(secs, MOST_SECS) * WAV_RATE) * channels)
    layout = struct.pack("<HHIIHH", 1, channels, WAV_RATE, WAV_RATE * channels, channels, 8)
    chunks = b"WAVEfmt " + struct.pack("<I", len(layout)) + layout + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def mp3(secs: float) -> bytes:
    return _MP3_FRAME * max(1, int(min(secs, MOST_SECS) / MP3_FRAME_SECS))
