"""Objects of cloud storage for people, programs and services of Telnyx that take addresses."""

from __future__ import annotations

import asyncio
from typing import Any

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, TelnyxError
from telnyx_tools.argument_errors import InvalidArguments, Problem

PRESIGN = "POST /storage/buckets/{bucket_name}/{object_name}/presigned_url"
LOOKED_AT = ("HeadObject", "GetBucketLocation")
"""For the `calls` and `s3` of tools that use it."""
LOOK_SECS = 2
TTL_SECS = 300
"""More is refused to accounts below Level 2."""


async def presigned(telnyx: Telnyx, bucket_name: str, object_name: str, ttl_secs: int) -> dict[str, Any]:
    """A link as Telnyx gives it. What it refuses outside of the US says so."""
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


async def looked_at(telnyx: Telnyx, bucket_name: str, object_name: str) -> ApiError | bool:
    """True for an object that is there, its error for one that is not, False where nobody can tell within 2 s."""
    try:
        async with asyncio.timeout(LOOK_SECS):
            await telnyx.s3.head(bucket_name, object_name)
    except ApiError as error:
        return error if error.code in ("NoSuchKey", "NoSuchBucket") else False
    except (TelnyxError, TimeoutError):
        return False
    return True


async def address_of_object(telnyx: Telnyx, bucket_name: str, object_name: str) -> str:
    """A URL by which anybody can read the object for five minutes. Raises the error of a
    missing object, and InvalidArguments if Telnyx gives no URL."""
    seen = await looked_at(telnyx, bucket_name, object_name)
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
    """The only source that was given, each named by its arguments. Raises InvalidArguments for none, several, half."""
    names = " or ".join(groups)
    whole = [name for name, values in groups.items() if all(values)]
    started = [name for name, values in groups.items() if any(values)]
    if len(started) != 1 or whole != started:
        raise InvalidArguments([Problem(started[-1].split()[0] if started else "", f"Give exactly one of: {names}.")])
    return whole[0]
