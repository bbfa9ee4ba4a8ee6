"""Objects of cloud storage for services of Telnyx that take addresses."""

from __future__ import annotations

from typing import Any

from telnyx_tools.api.client import Telnyx
from telnyx_tools.arguments import InvalidArguments, Problem

PRESIGN = "POST /storage/buckets/{bucket_name}/{object_name}/presigned_url"
"""For the `calls` of tools that use it."""
TTL_SECS = 300
"""More is refused to accounts below Level 2."""


async def address_of_object(telnyx: Telnyx, bucket_name: str, object_name: str) -> str:
    """Where whoever has it can read the object for five minutes. Raises InvalidArguments without one."""
    answer: Any = await telnyx.post(
        "/storage/buckets/{bucket_name}/{object_name}/presigned_url",
        body={"ttl": TTL_SECS},
        bucket_name=bucket_name,
        object_name=object_name,
    )
    content = answer.get("content") if isinstance(answer, dict) else None
    address = content.get("presigned_url") if isinstance(content, dict) else None
    if not isinstance(address, str) or not address:
        raise InvalidArguments([Problem("object_name", "Telnyx gave no address for this object.")])
    return address


def check_one_source(groups: dict[str, tuple[object, ...]]) -> str:
    """The only source that was given, each named by its arguments. Raises InvalidArguments for none, several, half."""
    names = " or ".join(groups)
    whole = [name for name, values in groups.items() if all(values)]
    started = [name for name, values in groups.items() if any(values)]
    if len(started) != 1 or whole != started:
        raise InvalidArguments([Problem(started[-1].split()[0] if started else "", f"Give exactly one of: {names}.")])
    return whole[0]
