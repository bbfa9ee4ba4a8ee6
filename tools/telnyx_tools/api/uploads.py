"""Uploads of any size: in one piece while they are small, else in parts that are gone again if anything fails."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, Protocol, TypeVar

import anyio

from telnyx_tools.api.errors import ApiError, InvalidArgument, NoAnswer, OutcomeUnknown, TelnyxError, Unreachable
from telnyx_tools.api.s3 import S3

MIB: Final = 1024 * 1024
AT_ONCE: Final = 16 * MIB
SMALLEST_PART, LARGEST_PART, MOST_PARTS = 8 * MIB, 16 * MIB, 10_000
LARGEST_AT_ONCE: Final = 5 * 1024 * MIB
LARGEST: Final = LARGEST_PART * MOST_PARTS
ABORT_SECS = 15.0
TRIES = 3

T = TypeVar("T")

Moved = Callable[[int], Awaitable[None]]
"""Told how many bytes are through."""


class Source(Protocol):
    """The bytes to upload; each part may be read more than once."""

    size: int

    async def read(self, start: int, length: int) -> bytes: ...


async def upload(s3: S3, bucket: str, key: str, source: Source, content_type: str, moved: Moved) -> str:
    """Store the object and return its ETag. It is there whole, or as it was before."""
    if source.size > LARGEST:
        raise InvalidArgument("object_name", f"An object has at most {LARGEST // MIB // 1024} GiB here.")
    if source.size > AT_ONCE:
        return await _in_parts(s3, bucket, key, source, content_type, moved)
    etag = await s3.put(bucket, key, await source.read(0, source.size), content_type)
    await moved(source.size)
    return etag


async def copy(s3: S3, bucket: str, key: str, source: Source, content_type: str) -> str:
    """Store what is read from elsewhere meanwhile, and return its ETag: of the object 1 MiB is in memory at a time.

    It is there whole, or as it was before. Raises what `source` raises.
    """
    if source.size <= MIB:
        return await s3.put(bucket, key, await source.read(0, source.size), content_type)
    return await _streamed(s3, bucket, key, source, content_type, _unheard)


async def _unheard(moved: int) -> None:
    """Nobody is told."""


async def _in_parts(s3: S3, bucket: str, key: str, source: Source, content_type: str, moved: Moved) -> str:
    try:
        upload_id = await s3.start_upload(bucket, key, content_type)
    except ApiError as error:
        if error.status != 501:
            raise
        return await _streamed(s3, bucket, key, source, content_type, moved)  # regions without uploads in parts
    try:
        etags = await _parts(s3, bucket, key, upload_id, source, moved)
        return await _completed(s3, bucket, key, upload_id, etags)
    except BaseException:
        # Shielded: a call that was cancelled must not leave its parts behind, which cost money and are not seen.
        with anyio.move_on_after(ABORT_SECS, shield=True), suppress(TelnyxError):
            await s3.abort_upload(bucket, key, upload_id)
        raise


async def _streamed(s3: S3, bucket: str, key: str, source: Source, content_type: str, moved: Moved) -> str:
    """Upload in one request, for which S3 has a limit of its own."""
    if source.size > LARGEST_AT_ONCE:
        raise InvalidArgument("object_name", "An object has at most 5 GiB in this bucket's region.")

    failures: list[TelnyxError] = []

    async def body() -> AsyncIterator[bytes]:
        try:
            for start in range(0, source.size, MIB):
                yield await source.read(start, min(MIB, source.size - start))
                await moved(min(start + MIB, source.size))
        except TelnyxError as error:
            failures.append(error)  # the request would say no more than that it broke off
            raise

    try:
        return await s3.put_stream(bucket, key, body, source.size, content_type)
    except TelnyxError:
        if failures:
            raise failures[-1] from None
        raise


async def _parts(s3: S3, bucket: str, key: str, upload_id: str, source: Source, moved: Moved) -> list[str]:
    length = part_size(source.size)
    etags: list[str] = []
    for start in range(0, source.size, length):
        content = await source.read(start, min(length, source.size - start))
        etags.append(await insistent(partial(s3.put_part, bucket, key, upload_id, len(etags) + 1, content)))
        await moved(start + len(content))
        del content  # not two parts at a time in memory
    return etags


async def _completed(s3: S3, bucket: str, key: str, upload_id: str, etags: Sequence[str]) -> str:
    try:
        return await s3.complete_upload(bucket, key, upload_id, etags)
    except OutcomeUnknown:
        expected = _etag_of(etags)
        if expected is None or (await s3.head(bucket, key)).etag != expected:
            raise
        return expected


async def insistent(move: Callable[[], Awaitable[T]]) -> T:
    """A part of a long transfer: on a slow line the time for repeating one call is over before the part is through."""
    for _ in range(TRIES - 1):
        with suppress(NoAnswer, Unreachable):
            return await move()
    return await move()


def part_size(size: int) -> int:
    """Return the size of a part in bytes: whole MiB, as small as the number of parts allows."""
    needed = -(-size // MOST_PARTS)
    return max(SMALLEST_PART, -(-needed // MIB) * MIB)


def _etag_of(parts: Sequence[str]) -> str | None:
    """The ETag that S3 gives an object made of these parts; None where theirs are no MD5."""
    try:
        joined = b"".join(bytes.fromhex(part) for part in parts)
    except ValueError:
        return None
    return f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(parts)}"
