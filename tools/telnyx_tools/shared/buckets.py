"""Making sure that a bucket exists before a tool uses it."""

from __future__ import annotations

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.api.paths import object_path
from telnyx_tools.api.regions import Region

HOME: Region = "us-central-1"
"""The default region of new buckets; only US buckets have presigned URLs."""

ENSURE = ("CreateBucket", "GetBucketLocation")
"""The S3 operations that `ensure_bucket` uses."""


async def ensure_bucket(telnyx: Telnyx, bucket_name: str, object_name: str | None = None) -> None:
    """Create the bucket unless it exists. Raises InvalidArgument, before anything is sent, for an object name that no
    bucket can hold."""
    object_path(bucket_name, object_name)
    try:
        await telnyx.s3.location(bucket_name)
    except ApiError as error:
        if error.code != "NoSuchBucket":
            raise
        await telnyx.s3.create_bucket(bucket_name, HOME)
