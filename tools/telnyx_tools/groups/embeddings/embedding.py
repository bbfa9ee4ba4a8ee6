"""Making the files of a bucket, or the pages of a website, searchable by meaning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import LONG_SECS, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.embeddings import embeddings
from telnyx_tools.groups.embeddings.task import EmbeddingTask, explaining_404, started
from telnyx_tools.shared.buckets import ENSURE, ensure_bucket
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.context import Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, Url

WaitFor = Annotated[Literal["done"] | None, Field(description="up to 45 s")]

FOLLOWED_BY = ("GET /ai/embeddings/{task_id}", "GET /ai/embeddings/buckets/{bucket_name}")

NO_BUCKET = (
    "Take the bucket from cloud_storage_list_buckets. cloud_storage_put_object with create_bucket=true makes one and "
    "stores files in it."
)
NO_BUCKET_FOR_A_SITE = "Give create_bucket=true to make the bucket, or take one from cloud_storage_list_buckets."
CHECK = (
    "Call list_embedding_tasks: a task of this bucket created just now means that it began. Without that tool, try "
    "similarity_search some minutes later. Do not start another before."
)


@embeddings.tool(
    effect=Effect.SPENDS,
    scope="ai.write",
    calls=("POST /ai/embeddings", *FOLLOWED_BY),
    core=True,
    check=CHECK,
    borrowed={"bucket_name": "storage"},
    aliases=("embed_bucket",),
)
async def create_embeddings(
    telnyx: Telnyx,
    progress: Progress,
    bucket_name: BucketName,
    document_chunk_size: Annotated[int | None, Field(ge=1)] = None,
    document_chunk_overlap_size: Annotated[int | None, Field(ge=0)] = None,
    embedding_model: Literal["thenlper/gte-large", "intfloat/multilingual-e5-large"] | None = None,
    loader: Literal["default", "intercom"] | None = None,
    wait_for: WaitFor = None,
) -> EmbeddingTask:
    """Embed a bucket's files for similarity_search and assistants. Later changes follow automatically."""
    if document_chunk_size is not None and (document_chunk_overlap_size or 0) >= document_chunk_size:
        raise InvalidArguments([Problem("document_chunk_overlap_size", "Less than document_chunk_size.")])
    body = {
        "bucket_name": bucket_name,
        "document_chunk_size": document_chunk_size,
        "document_chunk_overlap_size": document_chunk_overlap_size,
        "embedding_model": embedding_model,
        "loader": loader,
    }
    with explaining_404(NO_BUCKET):
        answer = await telnyx.post("/ai/embeddings", body=present(body), idempotency_key=True, timeout_secs=LONG_SECS)
    return await started(telnyx, answer, bucket_name, progress, wait=wait_for is not None)


@embeddings.tool(
    effect=Effect.SPENDS,
    scope="ai.write",
    calls=("POST /ai/embeddings/url", *FOLLOWED_BY),
    s3=ENSURE,
    core=True,
    check=CHECK,
    borrowed={"bucket_name": "storage"},
    borrowed_effect=Effect.WRITE,
)
async def embed_url(
    telnyx: Telnyx,
    progress: Progress,
    url: Url,
    bucket_name: BucketName,
    create_bucket: bool = False,
    wait_for: WaitFor = None,
) -> EmbeddingTask:
    """Copy a website (one domain, five levels deep) into a bucket and embed it."""
    if create_bucket:
        await ensure_bucket(telnyx, bucket_name)
    body = {"url": url, "bucket_name": bucket_name}
    with explaining_404(NO_BUCKET_FOR_A_SITE):
        answer = await telnyx.post("/ai/embeddings/url", body=body, idempotency_key=True, timeout_secs=LONG_SECS)
    return await started(telnyx, answer, bucket_name, progress, wait=wait_for is not None)
