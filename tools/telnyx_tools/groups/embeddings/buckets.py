"""Buckets that are embedded, and their files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.embeddings import embeddings
from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import Result, unwrapped
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName


class EmbeddedBucket(Result):
    name: str | None = None


class EmbeddedFile(Result):
    filename: Annotated[str | None, Outside("who named the file", LONGEST_NAME)] = None
    status: str | None = None
    error_reason: str | None = Field(None, description="why it failed")
    last_embedded_at: str | None = None


class DisabledBucket(Result):
    bucket_name: str | None = None
    embedded: bool | None = None


@embeddings.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/embeddings/buckets")
async def list_embedded_buckets(telnyx: Telnyx, page: PageCursor = "1") -> Page[EmbeddedBucket]:
    """Buckets that similarity_search and assistants can search."""
    answer = unwrapped(await telnyx.get("/ai/embeddings/buckets"))
    names = answer.get("buckets") if isinstance(answer, dict) else answer
    buckets = [{"name": name} for name in names] if isinstance(names, list) else names
    return page_of_whole(EmbeddedBucket, buckets, Cursor.parse(page))


@embeddings.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/embeddings/buckets/{bucket_name}")
async def get_embedded_bucket(
    telnyx: Telnyx, bucket_name: BucketName, failed_only: bool = False, page: PageCursor = "1"
) -> Page[EmbeddedFile]:
    """The files of an embedded bucket: which can be searched, and why others cannot."""
    files = unwrapped(await telnyx.get("/ai/embeddings/buckets/{bucket_name}", bucket_name=bucket_name))
    if failed_only and isinstance(files, list):
        files = [file for file in files if isinstance(file, dict) and file.get("error_reason")]
    return page_of_whole(EmbeddedFile, files, Cursor.parse(page))


@embeddings.tool(
    effect=Effect.DESTROY,
    scope="ai.write",
    calls="DELETE /ai/embeddings/buckets/{bucket_name}",
)
async def disable_bucket_embeddings(telnyx: Telnyx, bucket_name: BucketName) -> DisabledBucket:
    """Delete all embeddings of a bucket. Its files stay; assistants lose the knowledge from them."""
    await telnyx.delete("/ai/embeddings/buckets/{bucket_name}", bucket_name=bucket_name)
    return DisabledBucket(bucket_name=bucket_name, embedded=False)
