"""The content of an object, carried by the call itself."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, ResponseTooLarge
from telnyx_tools.api.s3 import ObjectEntry
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.storage import storage
from telnyx_tools.groups.storage.stored_object import (
    TEXT,
    ContentType,
    CreateBucket,
    NewObjectName,
    Overwrite,
    StoredObject,
    check_free,
    type_of,
)
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.result import BUDGET, AttachedResult, Attachment
from telnyx_tools.shared.buckets import ENSURE, ensure_bucket
from telnyx_tools.shared.file_types import UNKNOWN, mime_type
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, ObjectName

MOST_SENT = 700_000
"""Bytes that fit into one call over HTTP, as base64 and with the rest of the call."""
MOST_ATTACHED = 1024 * 1024
_ENVELOPE = 1_500
TOO_LARGE = (
    "It is larger than 1 MiB. cloud_storage_create_presigned_url makes a link to it, "
    "and over stdio cloud_storage_download_file saves it."
)


class ObjectContent(AttachedResult):
    object_name: Annotated[str | None, Outside("who named the object", 1024)] = None
    size: int | None = Field(None, description="bytes of the whole object")
    content_type: str | None = None
    modified_at: str | None = None
    text: Annotated[str | None, Outside("who wrote the object")] = Field(
        None, description="what it says, where it is text; other files are attached"
    )
    next_start: int | None = Field(None, description="give it as `start` for more")
    not_attached: str | None = Field(None, description="why, and what to do")


@storage.tool(
    effect=Effect.WRITE,
    scope="storage.write",
    s3=("PutObject", "HeadObject", *ENSURE),
    core=True,
    idempotent=True,
    aliases=("put_object", "cloud_storage_upload_text"),
)
async def cloud_storage_put_object(
    telnyx: Telnyx,
    bucket_name: BucketName,
    object_name: NewObjectName,
    text: str = "",
    content_base64: Annotated[str, Field(description="instead of text, for files")] = "",
    content_type: ContentType | None = None,
    overwrite: Overwrite = False,
    create_bucket: CreateBucket = False,
) -> StoredObject:
    """Store text or a small file (up to 700 kB) as an object."""
    content = _given(text, content_base64)
    if create_bucket:
        await ensure_bucket(telnyx, bucket_name, object_name)
    await check_free(telnyx, bucket_name, object_name, overwrite)
    kind = content_type or type_of(object_name, mime_type(content) if content_base64 else TEXT)
    etag = await telnyx.s3.put(bucket_name, object_name, content, kind)
    return StoredObject(
        bucket_name=bucket_name,
        object_name=object_name,
        size=len(content),
        content_type=kind,
        etag=etag or None,
        status="stored",
    )


def _given(text: str, content_base64: str) -> bytes:
    if text and content_base64:
        raise InvalidArguments([Problem("content_base64", "Give text or content_base64, not both.")])
    try:
        content = base64.b64decode("".join(content_base64.split()), validate=True) if content_base64 else text.encode()
    except (binascii.Error, ValueError):
        raise InvalidArguments([Problem("content_base64", "It is not base64.")]) from None
    if len(content) > MOST_SENT:
        problem = (
            "It is larger than 700 kB. Over stdio cloud_storage_upload_file takes files of any size; else "
            "cloud_storage_create_presigned_url makes a link to which the user's own program can PUT it."
        )
        raise InvalidArguments([Problem("content_base64" if content_base64 else "text", problem)])
    return content


@storage.tool(
    effect=Effect.READ,
    scope="storage.read",
    s3=("GetObject", "HeadObject", "GetBucketLocation"),
    core=True,
    aliases=("get_object",),
)
async def cloud_storage_get_object(
    telnyx: Telnyx,
    bucket_name: BucketName,
    object_name: ObjectName,
    start: Annotated[int, Field(ge=0, description="next_start of the piece before")] = 0,
) -> ObjectContent:
    """An object's content: text (long texts in pieces), or other files attached, up to 1 MiB."""
    entry, content = await _beginning(telnyx, bucket_name, object_name, start)
    result = ObjectContent(
        object_name=object_name, size=entry.size, content_type=entry.content_type, modified_at=entry.modified_at
    )
    size = entry.size if entry.size is not None else start + len(content)
    text = _text(content, cut=start + len(content) < size)
    if text is not None and not _is_picture_or_sound(entry):
        result.text = _fitting(text, BUDGET["summary"] - _ENVELOPE)
        end = start + len(result.text.encode())
        result.next_start = end if end < size and result.text else None
    elif start == 0 and len(content) == size:
        kind = mime_type(content, entry.content_type)
        result.attach(Attachment("telnyx://storage/object", kind if kind != UNKNOWN else type_of(object_name), content))
    else:
        result.not_attached = TOO_LARGE if size > MOST_ATTACHED else "It is no text: leave start out to have it."
    return result


async def _beginning(telnyx: Telnyx, bucket_name: str, object_name: str, start: int) -> tuple[ObjectEntry, bytes]:
    """The object from `start` on, as much of it as could be attached."""
    try:
        return await telnyx.s3.get_range(bucket_name, object_name, start, MOST_ATTACHED)
    except ResponseTooLarge:
        pass  # all of it, which was not asked for
    except ApiError as error:
        if error.status != 416:
            raise
    entry = await telnyx.s3.head(bucket_name, object_name)
    if entry.size is not None and start > entry.size:
        raise InvalidArguments([Problem("start", f"The object has {entry.size:,} bytes.")])
    return entry, b""


def _text(content: bytes, *, cut: bool) -> str | None:
    """The content as text, or None if it is binary. A character cut at the end is left for the next piece."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(content, final=not cut)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _is_picture_or_sound(entry: ObjectEntry) -> bool:
    return (entry.content_type or "").partition("/")[0] in ("image", "audio", "video")


def _fitting(text: str, room: int) -> str:
    text = text[:room]
    while (size := len(json.dumps(text, ensure_ascii=False))) > room:
        text = text[: len(text) * room // size]
    return text
