"""Links to objects, for people and programs without a key."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.groups.storage import storage
from telnyx_tools.results.result import Result, shape
from telnyx_tools.shared.presigned import CHECK_OBJECT, PRESIGN, check_object, presigned
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, ObjectName

NOT_THERE = "There is no such object yet; whoever has the link can PUT it. Check object_name if it is to be read."

UNCHECKED = "Whether the object is there could not be checked; cloud_storage_list_objects tells."


class Link(Result):
    presigned_url: str | None = None
    expires_at: str | None = None
    note: str | None = None


@storage.tool(
    effect=Effect.WRITE,
    scope="storage.write",
    calls=PRESIGN,
    s3=CHECK_OBJECT,
    core=True,
    aliases=("create_presigned_url",),
)
async def cloud_storage_create_presigned_url(
    telnyx: Telnyx,
    bucket_name: BucketName,
    object_name: ObjectName,
    ttl_secs: Annotated[int, Field(ge=1, le=604_800)] = 300,
) -> Link:
    """A link to an object in a US bucket. Until it expires, anyone with it can GET the object or PUT a new one."""
    seen = await check_object(telnyx, bucket_name, object_name)
    if isinstance(seen, ApiError) and seen.code == "NoSuchBucket":
        raise seen
    link = shape(Link, await presigned(telnyx, bucket_name, object_name, ttl_secs))
    note = NOT_THERE if isinstance(seen, ApiError) else None if seen else UNCHECKED
    return link.model_copy(update={"note": note})
