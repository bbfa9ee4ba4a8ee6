"""Objects: listed, looked up, copied, deleted."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.s3 import Listing, ObjectEntry
from telnyx_tools.api.uploads import MIB, copy, with_retries
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.storage import storage
from telnyx_tools.groups.storage.stored_object import (
    NewObjectName,
    Overwrite,
    StoredObject,
    check_free,
    described,
    type_of,
)
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.pages import NEXT, Page, PageSize, cursor_of, fitting
from telnyx_tools.results.result import BUDGET, Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, ObjectName

ObjectsPage = Annotated[str, cursor_of(r"[0-9]{1,4}\+[0-9]{1,4}:[^\x00-\x1f\x7f]{0,4000}"), NEXT]
MOST_COPIED = 256 * MIB
_ENVELOPE = 4_200
"""Characters that a page has besides its items, where the API's token is as long as it may be."""


class ListedObject(Result):
    object_name: Annotated[str | None, Outside("who named the object", 1024)] = None
    folder: Annotated[str | None, Outside("who named the object", 1024)] = Field(
        None, description="a prefix that holds objects; instead of object_name"
    )
    size: int | None = Field(None, description="bytes")
    modified_at: str | None = None


class Deleted(Result):
    bucket_name: str | None = None
    deleted: int | None = None
    failed: dict[str, str] | None = Field(None, description="error codes by object name")


@storage.tool(
    effect=Effect.READ,
    scope="storage.read",
    s3=("ListObjectsV2", "GetBucketLocation"),
    core=True,
    aliases=("list_objects",),
)
async def cloud_storage_list_objects(
    telnyx: Telnyx,
    bucket_name: BucketName,
    prefix: Annotated[str, Field(description="of the names")] = "",
    delimiter: Annotated[str, Field(description="/ groups by folder")] = "",
    page: ObjectsPage | None = None,
    page_size: PageSize = 100,
) -> Page[ListedObject]:
    """Objects of a bucket, by name."""
    size, skip, token = _parsed(page, page_size)
    listing = await telnyx.s3.list_objects(
        bucket_name, prefix=prefix, delimiter=delimiter, token=token or None, limit=size
    )
    items = _items(listing)
    sized = ((item, len(item.model_dump_json(exclude_none=True))) for item in items[skip:])
    kept = fitting(sized, BUDGET["summary"] - _ENVELOPE // 2)
    given = skip + len(kept)
    following = f"{size}+{given}:{token}" if given < len(items) else None
    if following is None and listing.next is not None:
        following = f"{size}+0:{listing.next}"
    return Page(items=kept, next=following)


def _parsed(page: str | None, page_size: int) -> tuple[int, int, str]:
    """The parts of a cursor: page size, number of objects already given, and the API's token."""
    if page is None:
        return page_size, 0, ""
    place, _, token = page.partition(":")
    size, _, skip = place.partition("+")
    return min(max(int(size), 1), 1_000), int(skip), token


def _items(listing: Listing) -> list[ListedObject]:
    folders = [ListedObject(folder=folder) for folder in listing.folders]
    return folders + [
        ListedObject(object_name=each.name, size=each.size, modified_at=each.modified_at) for each in listing.objects
    ]


@storage.tool(
    effect=Effect.READ, scope="storage.read", s3=("HeadObject", "GetBucketLocation"), aliases=("head_object",)
)
async def cloud_storage_head_object(telnyx: Telnyx, bucket_name: BucketName, object_name: ObjectName) -> StoredObject:
    """An object's size, type and age, without its content."""
    return described(bucket_name, await telnyx.s3.head(bucket_name, object_name))


@storage.tool(
    effect=Effect.WRITE,
    scope="storage.write",
    s3=("HeadObject", "GetObject", "PutObject", "GetBucketLocation"),
    idempotent=True,
    aliases=("copy_object",),
)
async def cloud_storage_copy_object(
    telnyx: Telnyx,
    bucket_name: BucketName,
    object_name: ObjectName,
    to_object_name: NewObjectName,
    to_bucket_name: Annotated[BucketName | None, Field(description="default: the same bucket")] = None,
    overwrite: Overwrite = False,
) -> StoredObject:
    """Copy an object of up to 256 MiB, within its bucket or to another. To move it, then delete the old one."""
    target = to_bucket_name or bucket_name
    await check_free(telnyx, target, to_object_name, overwrite, argument="to_object_name")
    entry = await telnyx.s3.head(bucket_name, object_name)
    if (entry.size or 0) > MOST_COPIED:
        raise InvalidArguments([Problem("object_name", "It is larger than 256 MiB; only an S3 client can copy it.")])
    source = StoredSource(telnyx.nested(), bucket_name, entry)
    kind = entry.content_type or type_of(to_object_name)
    etag = await copy(telnyx.s3, target, to_object_name, source, kind)
    return StoredObject(
        bucket_name=target, object_name=to_object_name, size=entry.size, etag=etag or None, status="copied"
    )


class StoredSource:
    """An object that is read to be stored again: Telnyx has no copy of its own."""

    def __init__(self, telnyx: Telnyx, bucket: str, entry: ObjectEntry) -> None:
        self.size = entry.size or 0
        self._telnyx, self._bucket, self._entry = telnyx, bucket, entry

    async def read(self, start: int, length: int) -> bytes:
        if not length:
            return b""
        part = partial(self._telnyx.s3.get_range, self._bucket, self._entry.name, start, length)
        entry, content = await with_retries(part)
        if entry.etag != self._entry.etag or len(content) != length:
            raise InvalidArguments([Problem("object_name", "The object changed while it was copied; try again.")])
        return content


@storage.tool(
    effect=Effect.DESTROY,
    scope="storage.write",
    s3=("DeleteObject", "GetBucketLocation"),
    aliases=("delete_object",),
)
async def cloud_storage_delete_object(telnyx: Telnyx, bucket_name: BucketName, object_name: ObjectName) -> StoredObject:
    """Delete an object for good. Deleting a missing object also succeeds."""
    await telnyx.s3.delete(bucket_name, object_name)
    return StoredObject(bucket_name=bucket_name, object_name=object_name, status="deleted")


@storage.tool(
    effect=Effect.DESTROY,
    scope="storage.write",
    s3=("DeleteObjects", "GetBucketLocation"),
    aliases=("delete_objects",),
)
async def cloud_storage_delete_objects(
    telnyx: Telnyx,
    bucket_name: BucketName,
    object_names: Annotated[list[ObjectName], Field(min_length=1, max_length=1_000)],
) -> Deleted:
    """Delete several objects of a bucket for good."""
    failed = await telnyx.s3.delete_many(bucket_name, object_names)
    return Deleted(bucket_name=bucket_name, deleted=len(set(object_names)) - len(failed), failed=failed or None)
