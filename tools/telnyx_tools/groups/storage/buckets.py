"""Buckets: where objects live, each in one region."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.regions import Region
from telnyx_tools.groups.storage import storage
from telnyx_tools.results.pages import Cursor, Page, PageCursor
from telnyx_tools.results.result import Result
from telnyx_tools.shared.parallel import read_all
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName

NewBucketName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        description="3 to 63 small letters, digits, hyphens; unique among all accounts",
    ),
]


class Bucket(Result):
    bucket_name: str | None = None
    region: str | None = None
    created_at: str | None = None
    status: str | None = Field(None, description="created or deleted")


@storage.tool(
    effect=Effect.READ,
    scope="storage.read",
    s3=("ListBuckets", "GetBucketLocation"),
    core=True,
    aliases=("list_buckets",),
)
async def cloud_storage_list_buckets(telnyx: Telnyx, page: PageCursor = "1") -> Page[Bucket]:
    """The account's buckets in all regions, and each one's region."""
    cursor, everything = Cursor.parse(page), await telnyx.s3.list_buckets()
    start = (cursor.number - 1) * cursor.size
    some = everything[start : start + cursor.size]
    homes, _ = await read_all({each.name: telnyx.s3.home(each.name) for each in some}) if some else ({}, {})
    items = [Bucket(bucket_name=each.name, region=homes.get(each.name), created_at=each.created_at) for each in some]
    more = start + cursor.size < len(everything)
    following = str(Cursor(cursor.number + 1, size=cursor.size)) if more else None
    return Page(items=items, next=following, total_results=len(everything))


@storage.tool(effect=Effect.WRITE, scope="storage.write", s3="CreateBucket", aliases=("create_bucket",))
async def cloud_storage_create_bucket(
    telnyx: Telnyx, bucket_name: NewBucketName, region: Region = "us-central-1"
) -> Bucket:
    """Create a bucket. Its region is fixed; presigned URLs work in US regions only."""
    await telnyx.s3.create_bucket(bucket_name, region)
    return Bucket(bucket_name=bucket_name, region=region, status="created")


@storage.tool(effect=Effect.READ, scope="storage.read", s3="GetBucketLocation", aliases=("get_bucket_location",))
async def cloud_storage_get_bucket_location(telnyx: Telnyx, bucket_name: BucketName) -> Bucket:
    """A bucket's region."""
    region = await telnyx.s3.location(bucket_name)
    warning = None if region else "Telnyx carried the call out, but its answer names no region."
    return Bucket(bucket_name=bucket_name, region=region, shape_warning=warning)


@storage.tool(
    effect=Effect.DESTROY,
    scope="storage.write",
    s3=("DeleteBucket", "GetBucketLocation"),
    aliases=("delete_bucket",),
)
async def cloud_storage_delete_bucket(telnyx: Telnyx, bucket_name: BucketName) -> Bucket:
    """Delete an empty bucket; anybody can then take its name."""
    await telnyx.s3.delete_bucket(bucket_name)
    return Bucket(bucket_name=bucket_name, status="deleted")
