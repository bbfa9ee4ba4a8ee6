"""Files of the user's machine, put into buckets and taken from there; over stdio only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.api.s3 import ObjectEntry
from telnyx_tools.api.uploads import MIB, upload, with_retries
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.files import Files, FileTarget
from telnyx_tools.groups.storage import storage
from telnyx_tools.groups.storage.stored_object import (
    UPLOAD,
    CreateBucket,
    NewObjectName,
    Overwrite,
    StoredObject,
    check_free,
    type_of,
)
from telnyx_tools.results.result import Result
from telnyx_tools.shared.buckets import ENSURE, ensure_bucket
from telnyx_tools.tool.context import Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, ObjectName

PART = 2 * MIB
"""As much of an object is in memory at a time."""

LocalPath = Annotated[str, Field(min_length=1, max_length=1_000, description="in a directory the user allowed")]


class SavedFile(Result):
    file_path: str | None = None
    size: int | None = Field(None, description="bytes")
    content_type: str | None = None
    etag: str | None = None


@storage.tool(
    effect=Effect.WRITE,
    scope="storage.write",
    s3=(*UPLOAD, "HeadObject", *ENSURE),
    core=True,
    idempotent=True,
    local=True,
    aliases=("upload_file",),
)
async def cloud_storage_upload_file(
    telnyx: Telnyx,
    files: Files,
    progress: Progress,
    absolute_file_path: LocalPath,
    bucket_name: BucketName,
    object_name: Annotated[NewObjectName | None, Field(description="default: the file's name")] = None,
    overwrite: Overwrite = False,
    create_bucket: CreateBucket = False,
) -> StoredObject:
    """Upload a file of this machine, of any size, as an object."""
    async with files.source("absolute_file_path", absolute_file_path) as source:
        name = object_name or source.name
        if create_bucket:
            await ensure_bucket(telnyx, bucket_name, name)
        await check_free(telnyx, bucket_name, name, overwrite)
        kind = type_of(name)
        etag = await upload(telnyx.s3, bucket_name, name, source, kind, _reported(progress, source.size))
        return StoredObject(
            bucket_name=bucket_name,
            object_name=name,
            size=source.size,
            content_type=kind,
            etag=etag or None,
            status="stored",
        )


@storage.tool(
    effect=Effect.WRITE,
    scope="storage.write",
    s3=("GetObject", "GetBucketLocation"),
    core=True,
    idempotent=True,
    local=True,
    aliases=("download_file",),
)
async def cloud_storage_download_file(
    telnyx: Telnyx,
    files: Files,
    progress: Progress,
    bucket_name: BucketName,
    object_name: ObjectName,
    file_path: LocalPath,
    overwrite: Overwrite = False,
) -> SavedFile:
    """Download an object, of any size, to a file on this machine."""
    async with files.target("file_path", file_path, overwrite=overwrite) as target:
        entry, size = await _save(telnyx, bucket_name, object_name, target, progress)
    return SavedFile(file_path=file_path, size=size, content_type=entry.content_type, etag=entry.etag)


async def _save(
    telnyx: Telnyx, bucket_name: str, object_name: str, target: FileTarget, progress: Progress
) -> tuple[ObjectEntry, int]:
    """Part by part: one that is lost on the way is asked for again, and no more than one is in memory."""
    first, size = await _part(telnyx, bucket_name, object_name, 0, target)
    whole = first.size or size
    report = _reported(progress, whole)
    await report(size)
    while size < whole:
        entry, length = await _part(telnyx, bucket_name, object_name, size, target)
        if entry.etag != first.etag or not length:
            raise InvalidArguments([Problem("object_name", "The object changed while it was read; try again.")])
        size += length
        await report(size)
    return first, size


async def _part(
    telnyx: Telnyx, bucket_name: str, object_name: str, start: int, target: FileTarget
) -> tuple[ObjectEntry, int]:
    try:
        entry, content = await with_retries(partial(telnyx.s3.get_range, bucket_name, object_name, start, PART))
    except ApiError as error:
        if error.status == 416 and start == 0:
            return ObjectEntry(object_name, size=0), 0  # an empty object has no part
        raise
    await target.write(content)
    return entry, len(content)


def _reported(progress: Progress, total: int) -> Callable[[int], Awaitable[None]]:
    async def report(done: int) -> None:
        await progress(done, total, f"{done / 1_000_000:,.0f} of {total / 1_000_000:,.0f} MB")

    return report
