"""Links to objects, for people and programs without a key."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.declare import Effect
from telnyx_tools.groups.storage.group import storage
from telnyx_tools.presigned import PRESIGN
from telnyx_tools.results import Result, shape
from telnyx_tools.types import BucketName, ObjectName


class Link(Result):
    presigned_url: str | None = None
    expires_at: str | None = None


@storage.tool(
    effect=Effect.WRITE,
    scope="storage.write",
    calls=PRESIGN,
    core=True,
    aliases=("create_presigned_url",),
)
async def cloud_storage_create_presigned_url(
    telnyx: Telnyx,
    bucket_name: BucketName,
    object_name: ObjectName,
    ttl_secs: Annotated[int, Field(ge=1, le=604_800)] = 300,
) -> Link:
    """A link to an object in a US bucket: until it expires, anyone who has it can GET the object, and PUT another."""
    answer: Any = await telnyx.post(
        "/storage/buckets/{bucket_name}/{object_name}/presigned_url",
        body={"ttl": ttl_secs},
        bucket_name=bucket_name,
        object_name=object_name,
    )
    inner = answer.get("content", answer) if isinstance(answer, dict) else answer
    return shape(Link, inner)
