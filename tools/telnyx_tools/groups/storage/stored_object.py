"""A stored object: its arguments and results, and the look for an older one before a change."""

from __future__ import annotations

import mimetypes
from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.api.s3 import ObjectEntry
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.result import Result

NewObjectName = Annotated[str, Field(min_length=1, max_length=1_000, description="key, like contracts/acme.pdf")]
ContentType = Annotated[
    str,
    Field(pattern=r"^[a-z]+/[!-~]{1,100}( [!-~]{1,100})?$", description="default: from the file extension"),
]
Overwrite = Annotated[bool, Field(description="replace an older one")]
CreateBucket = Annotated[bool, Field(description="if missing")]

UPLOAD = ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload")
"""The S3 operations that an upload of any size uses."""

TEXT = "text/plain; charset=utf-8"


class StoredObject(Result):
    bucket_name: str | None = None
    object_name: Annotated[str | None, Outside("who named the object", 1024)] = None
    size: int | None = Field(None, description="bytes")
    content_type: str | None = None
    modified_at: str | None = None
    etag: str | None = None
    status: str | None = Field(None, description="stored, copied or deleted")


def described(bucket_name: str, entry: ObjectEntry) -> StoredObject:
    return StoredObject(
        bucket_name=bucket_name,
        object_name=entry.name,
        size=entry.size,
        content_type=entry.content_type,
        modified_at=entry.modified_at,
        etag=entry.etag,
    )


async def check_free(
    telnyx: Telnyx, bucket_name: str, object_name: str, overwrite: bool, argument: str = "object_name"
) -> None:
    """Raises InvalidArguments if this would overwrite an object the caller did not agree to replace."""
    if overwrite:
        return
    try:
        await telnyx.s3.head(bucket_name, object_name)
    except ApiError as error:
        if error.code == "NoSuchKey":
            return
        raise
    problem = "There is an object of this name already; give another name, or overwrite=true to replace it."
    raise InvalidArguments([Problem(argument, problem)])


def type_of(name: str, otherwise: str = "application/octet-stream") -> str:
    """The type that the ending of a name stands for, whatever this machine has installed."""
    found = _TYPES.guess_type(name.rpartition("/")[2], strict=False)[0] or otherwise
    return f"{found}; charset=utf-8" if found.startswith("text/") and "charset" not in found else found


_TYPES = mimetypes.MimeTypes()
_TYPES.add_type("text/markdown", ".md")
