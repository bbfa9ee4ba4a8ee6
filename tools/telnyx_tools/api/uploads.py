"""Uploads of any size: small objects in one request, larger ones in parts, which are removed if the upload fails."""

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
"""Called with the number of bytes transferred so far."""


class Source(Protocol):
    """The content to upload. A part of it may be read more than once."""

    size: int

    async def read(self, start: int, length: int) -> bytes: ...


async def upload(s3: S3, bucket: str, key: str, source: Source, content_type: str, moved: Moved) -> str:
    """Store the object and return its ETag. If this fails, the old object stays as it was."""
    if source.size > LARGEST:
        raise InvalidArgument("object_name", f"An object has at most {LARGEST // MIB // 1024} GiB here.")
    if source.size > AT_ONCE:
        return await _in_parts(s3, bucket, key, source, content_type, moved)
    etag = await s3.put(bucket, key, await source.read(0, source.size), content_type)
    await moved(source.size)
    return etag


async def copy(s3: S3, bucket: str, key: str, source: Source, content_type: str) -> str:
    """Store an object that is read from elsewhere while it is sent. At most 1 MiB is in memory. Returns its ETag.

    If this fails, the old object stays as it was. Raises what `source` raises.
    """
    if source.size <= MIB:
        return await s3.put(bucket, key, await source.read(0, source.size), content_type)
    return await _streamed(s3, bucket, key, source, content_type, _unheard)


async def _unheard(moved: int) -> None:
    """Ignore the progress."""


async def _in_parts(s3: S3, bucket: str, key: str, source: Source, content_type: str, moved: Moved) -> str:
    try:
        upload_id = await s3.start_upload(bucket, key, content_type)
    except ApiError as error:
        if error.status != 501:
            raise
        return await _streamed(s3, bucket, key, source, content_type, moved)  # this region has no multipart uploads
    try:
        etags = await _parts(s3, bucket, key, upload_id, source, moved)
        return await _completed(s3, bucket, key, upload_id, etags)
    except BaseException:
        # Shielded: a cancelled call must not leave its parts behind, which cost money and are not listed.
        with anyio.move_on_after(ABORT_SECS, shield=True), suppress(TelnyxError):
            await s3.abort_upload(bucket, key, upload_id)
        raise


async def _streamed(s3: S3, bucket: str, key: str, source: Source, content_type: str, moved: Moved) -> str:
    """Upload in one request; S3 has a limit for its size."""
    if source.size > LARGEST_AT_ONCE:
        raise InvalidArgument("object_name", "An object has at most 5 GiB in this bucket's region.")

    failures: list[TelnyxError] = []

    async def body() -> AsyncIterator[bytes]:
        try:
            for start in range(0, source.size, MIB):
                yield await source.read(start, min(MIB, source.size - start))
                await moved(min(start + MIB, source.size))
        except TelnyxError as error:
            failures.append(error)  # the request's own error says only that the body ended
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
        etags.append(await with_retries(partial(s3.put_part, bucket, key, upload_id, len(etags) + 1, content)))
        await moved(start + len(content))
        del content  # so that two parts are never in memory
    return etags


async def _completed(s3: S3, bucket: str, key: str, upload_id: str, etags: Sequence[str]) -> str:
    try:
        return await s3.complete_upload(bucket, key, upload_id, etags)
    except OutcomeUnknown:
        expected = _etag_of(etags)
        if expected is None or (await s3.head(bucket, key)).etag != expected:
            raise
        return expected


async def with_retries(move: Callable[[], Awaitable[T]]) -> T:
    """Retry one part of a long transfer: on a slow line, one attempt can use up all the time for the retries of a
    call."""
    for _ in range(TRIES - 1):
        with suppress(NoAnswer, Unreachable):
            return await move()
    return await move()


def part_size(size: int) -> int:
    """Return the size of a part in bytes: whole MiB, as small as the maximum number of parts allows."""
    needed = -(-size // MOST_PARTS)
    return max(SMALLEST_PART, -(-needed // MIB) * MIB)


def _etag_of(parts: Sequence[str]) -> str | None:
    """The ETag that S3 gives an object of these parts; None if their ETags are not MD5 sums."""
    try:
        joined = b"".join(bytes.fromhex(part) for part in parts)
    except ValueError:
        return None
    return f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(parts)}"
