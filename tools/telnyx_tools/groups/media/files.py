"""Media files: what calls play and messages attach, kept by Telnyx for a time."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from telnyx_tools.api.client import LONG_SECS, Query, Request, Telnyx
from telnyx_tools.api.errors import ResponseTooLarge
from telnyx_tools.groups.media import media
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import AttachedResult, Attachment, Detail, Result, objects, shape
from telnyx_tools.shared.file_types import mime_type
from telnyx_tools.shared.presigned import CHECK_OBJECT, PRESIGN, address_of_object, check_one_source
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, MediaName, ObjectName, Url

MOST_ATTACHED = 4 * 1024 * 1024
"""Bytes of a file that go to an agent."""

MediaUrl = Annotated[Url, Field(description="public file, up to 20 MB")]
Lifetime = Annotated[int, Field(ge=1, le=630_720_000, description="seconds that Telnyx keeps it; default 2 days")]


class MediaFile(Result):
    media_name: str | None = None
    status: str | None = None
    content_type: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    expires_at: str | None = None


class MediaContent(AttachedResult):
    media_name: str | None = None
    content_type: str | None = None
    size: int | None = Field(None, description="bytes of the attached file")
    not_attached: str | None = Field(None, description="why")


@media.tool(effect=Effect.READ, scope="voice.read", calls="GET /media")
async def list_media(
    telnyx: Telnyx,
    content_types: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")]], Field(description="like audio/mpeg")
    ] = [],
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[MediaFile]:
    """Media files that calls can play by media_name, with their expiry."""
    query: Query = {"filter": {"content_type": content_types or None}}
    answer = {"data": objects(await telnyx.get("/media", query=query))}
    return page_of_whole(MediaFile, answer, Cursor.parse(page), detail)


@media.tool(effect=Effect.READ, scope="voice.read", calls="GET /media/{media_name}")
async def get_media(telnyx: Telnyx, media_name: MediaName) -> MediaFile:
    """A media file's type and expiry; download_media returns the file itself."""
    return shape(MediaFile, await telnyx.get("/media/{media_name}", media_name=media_name))


@media.tool(effect=Effect.READ, scope="voice.read", calls="GET /media/{media_name}/download")
async def download_media(telnyx: Telnyx, media_name: MediaName) -> MediaContent:
    """A media file itself, attached, up to 4 MB."""
    request = Request(
        method="GET",
        template="/media/{media_name}/download",
        ids={"media_name": media_name},
        accept="*/*",
        timeout_secs=LONG_SECS,
        max_bytes=MOST_ATTACHED,
    )
    try:
        reply = await telnyx.send(request)
    except ResponseTooLarge:
        return MediaContent(media_name=media_name, not_attached="It is larger than 4 MB.")
    if not reply.content:
        return MediaContent(media_name=media_name, not_attached="Telnyx gave an empty file.")
    kind = mime_type(reply.content, reply.headers.get("content-type"))
    content = MediaContent(media_name=media_name, content_type=kind, size=len(reply.content))
    return content.attach(Attachment(f"telnyx://media/{quote(media_name, safe='')}", kind, reply.content))


@media.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=("POST /media", PRESIGN),
    s3=CHECK_OBJECT,
    borrowed={"bucket_name": "storage"},
)
async def upload_media(
    telnyx: Telnyx,
    media_url: MediaUrl | None = None,
    bucket_name: BucketName | None = None,
    object_name: ObjectName | None = None,
    media_name: Annotated[
        str | None, Field(min_length=1, max_length=255, description="new; chosen by Telnyx if left out")
    ] = None,
    ttl_secs: Lifetime | None = None,
) -> MediaFile:
    """Upload a file for playback on calls, from a URL or a bucket (put content there with cloud_storage_put_object).
    Calls then use its media_name."""
    source = check_one_source({"media_url": (media_url,), "bucket_name with object_name": (bucket_name, object_name)})
    if source != "media_url":
        media_url = await address_of_object(telnyx, bucket_name or "", object_name or "")
    body = {"media_url": media_url, "media_name": media_name, "ttl_secs": ttl_secs}
    return shape(MediaFile, await telnyx.post("/media", body=present(body), timeout_secs=LONG_SECS))


@media.tool(effect=Effect.WRITE, scope="voice.write", calls="PUT /media/{media_name}", idempotent=True)
async def update_media(
    telnyx: Telnyx,
    media_name: MediaName,
    media_url: NewValue[MediaUrl] = OMITTED,
    ttl_secs: NewValue[Lifetime] = OMITTED,
) -> MediaFile:
    """Replace a media file, or extend its expiry."""
    body = changed({"media_url": media_url, "ttl_secs": ttl_secs})
    answer = await telnyx.put("/media/{media_name}", body=body, timeout_secs=LONG_SECS, media_name=media_name)
    return shape(MediaFile, answer)


@media.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /media/{media_name}")
async def delete_media(telnyx: Telnyx, media_name: MediaName) -> MediaFile:
    """Delete a media file; calls can no longer play it."""
    answer = await telnyx.delete("/media/{media_name}", media_name=media_name)
    return shape(MediaFile, answer or {"media_name": media_name, "status": "deleted"})
