"""Presigned URLs of objects in cloud storage, for people, programs and Telnyx services that take a URL."""

from __future__ import annotations

import asyncio
from typing import Any

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, TelnyxError
from telnyx_tools.argument_errors import InvalidArguments, Problem

PRESIGN = "POST /storage/buckets/{bucket_name}/{object_name}/presigned_url"
CHECK_OBJECT = ("HeadObject", "GetBucketLocation")
"""The S3 operations that `check_object` uses, for the `s3` of a tool."""
CHECK_SECS = 2
TTL_SECS = 300
"""Telnyx refuses a longer time to accounts below Level 2."""


async def presigned(telnyx: Telnyx, bucket_name: str, object_name: str, ttl_secs: int) -> dict[str, Any]:
    """A presigned URL, as Telnyx answers. An ApiError for a bucket outside of the US says that as its remedy."""
    try:
        answer: Any = await telnyx.post(
            "/storage/buckets/{bucket_name}/{object_name}/presigned_url",
            body={"ttl": ttl_secs},
            bucket_name=bucket_name,
            object_name=object_name,
        )
    except ApiError as error:
        error.remedy = await _why_not(telnyx, bucket_name) or error.remedy
        raise
    found = answer.get("content", answer) if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else {}


async def check_object(telnyx: Telnyx, bucket_name: str, object_name: str) -> ApiError | bool:
    """True if the object exists, the error of Telnyx if it does not, False if that is not known within 2 seconds."""
    try:
        async with asyncio.timeout(CHECK_SECS):
            await telnyx.s3.head(bucket_name, object_name)
    except ApiError as error:
        return error if error.code in ("NoSuchKey", "NoSuchBucket") else False
    except (TelnyxError, TimeoutError):
        return False
    return True


async def address_of_object(telnyx: Telnyx, bucket_name: str, object_name: str) -> str:
    """A URL by which anybody can read the object for five minutes.

    Raises the ApiError of a missing object, and InvalidArguments if Telnyx gives no URL.
    """
    seen = await check_object(telnyx, bucket_name, object_name)
    if isinstance(seen, ApiError):
        raise seen
    address = (await presigned(telnyx, bucket_name, object_name, TTL_SECS)).get("presigned_url")
    if not isinstance(address, str) or not address:
        raise InvalidArguments([Problem("object_name", "Telnyx gave no address for this object.")])
    return address


async def _why_not(telnyx: Telnyx, bucket_name: str) -> str | None:
    try:
        region = await telnyx.s3.home(bucket_name)
    except TelnyxError:
        return None
    if region is None or region.startswith("us-"):
        return None
    return (
        f"Links exist for buckets in the US only, and this one is in {region}: read the object with "
        "cloud_storage_get_object, or store it in a US bucket."
    )


def check_one_source(groups: dict[str, tuple[object, ...]]) -> str:
    """The name of the one source that was given. A source is named by its arguments, of which all must be given.

    Raises InvalidArguments if none, several or only a part of one was given.
    """
    names = " or ".join(groups)
    whole = [name for name, values in groups.items() if all(values)]
    started = [name for name, values in groups.items() if any(values)]
    if len(started) != 1 or whole != started:
        raise InvalidArguments([Problem(started[-1].split()[0] if started else "", f"Give exactly one of: {names}.")])
    return whole[0]
