"""Knowledge collections: sources of several kinds under one name, searched together."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.embeddings import embeddings
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.bodies import OMITTED, Given, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import BucketName, Id

CollectionId = Annotated[Id, From("list_knowledge_collections", what="uuid")]
SourceType = Annotated[
    Literal["voice", "meeting_bot", "message", "bucket"],
    Field(description="only voice can be searched so far"),
]
RetrievalType = Annotated[Literal["vector", "hybrid"], Field(description="hybrid cannot be searched yet")]
TopK = Annotated[int, Field(ge=1, le=50, description="how many results")]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


SourceBucket = Annotated[BucketName, From("list_embedded_buckets", note="for source_type bucket")]


class NewSource(Given):
    source_type: SourceType
    bucket_id: SourceBucket | None = None


class NewRetrieval(Given):
    retrieval_type: RetrievalType = "vector"
    top_k: TopK = 10


class CollectionSource(Part):
    id: str | None = None
    source_type: str | None = None
    bucket_id: str | None = Field(None, description="the bucket's name")
    status: str | None = None


class Retrieval(Part):
    retrieval_type: str | None = None
    top_k: int | None = None


class CollectionSettings(Part):
    retrieval: Retrieval | None = None


class KnowledgeCollection(Result):
    uuid: str | None = None
    slug: str | None = None
    name: str | None = None
    description: str | None = None
    status: str | None = None
    sources: list[CollectionSource] | None = None
    settings: CollectionSettings | None = None
    created_at: str | None = None


class CollectionSourceResult(Result, CollectionSource):
    """One source, as a result."""


class RetrievalResult(Result, CollectionSettings):
    """The settings of a search, as a result."""


class Deleted(Result):
    id: str | None = None
    deleted: bool | None = None


@embeddings.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/collections")
async def list_knowledge_collections(
    telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20, detail: Detail = "summary"
) -> Page[KnowledgeCollection]:
    """Knowledge collections with their sources."""
    return await fetch_page(
        KnowledgeCollection, telnyx, "/ai/collections", {}, page=page, page_size=page_size, detail=detail
    )


@embeddings.tool(
    effect=Effect.READ, scope="ai.read", calls=("GET /ai/collections/slug/{slug}", "GET /ai/collections/{uuid}")
)
async def get_knowledge_collection(
    telnyx: Telnyx,
    collection: Annotated[str, Field(min_length=1, max_length=1_000, description="uuid or slug")],
    detail: Detail = "summary",
) -> KnowledgeCollection:
    """A knowledge collection, its sources and search settings."""
    if _UUID.fullmatch(collection):
        answer = await telnyx.get("/ai/collections/{uuid}", uuid=collection)
    else:
        answer = await telnyx.get("/ai/collections/slug/{slug}", slug=collection)
    return shape(KnowledgeCollection, answer, detail)


@embeddings.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/collections")
async def create_knowledge_collection(
    telnyx: Telnyx,
    name: str,
    description: Annotated[str | None, Field(description="what it is for")] = None,
    slug: Annotated[str | None, Field(description="unique; default: made from the name")] = None,
    sources: list[NewSource] = [],
    retrieval: NewRetrieval | None = None,
) -> KnowledgeCollection:
    """Create a knowledge collection from sources: call recordings, meetings, messages, buckets."""
    _check(sources)
    body = {
        "name": name,
        "description": description,
        "slug": slug,
        "sources": sources or None,
        "settings": {"retrieval": retrieval.model_dump(mode="json", exclude_unset=True)} if retrieval else None,
    }
    return shape(KnowledgeCollection, await telnyx.post("/ai/collections", body=present(body)))


@embeddings.tool(effect=Effect.WRITE, scope="ai.write", calls="PATCH /ai/collections/{uuid}", idempotent=True)
async def update_knowledge_collection(
    telnyx: Telnyx,
    collection_id: CollectionId,
    name: NewValue[str] = OMITTED,
    description: Annotated[NewValue[str], Field(description="what it is for")] = OMITTED,
) -> KnowledgeCollection:
    """Change a knowledge collection's name or description; other tools change its sources and search settings."""
    body = changed({"name": name, "description": description})
    return shape(KnowledgeCollection, await telnyx.patch("/ai/collections/{uuid}", body=body, uuid=collection_id))


@embeddings.tool(effect=Effect.WRITE, scope="ai.write", calls="PATCH /ai/collections/{uuid}/settings", idempotent=True)
async def update_knowledge_collection_retrieval(
    telnyx: Telnyx,
    collection_id: CollectionId,
    retrieval_type: NewValue[RetrievalType] = OMITTED,
    top_k: NewValue[TopK] = OMITTED,
) -> RetrievalResult:
    """Change a knowledge collection's search settings. Omitted fields keep their values."""
    body = {"retrieval": changed({"retrieval_type": retrieval_type, "top_k": top_k})}
    return shape(RetrievalResult, await telnyx.patch("/ai/collections/{uuid}/settings", body=body, uuid=collection_id))


@embeddings.tool(effect=Effect.DESTROY, scope="ai.write", calls="DELETE /ai/collections/{uuid}")
async def delete_knowledge_collection(telnyx: Telnyx, collection_id: CollectionId) -> Deleted:
    """Delete a knowledge collection. The data of its sources stays."""
    await telnyx.delete("/ai/collections/{uuid}", uuid=collection_id)
    return Deleted(id=collection_id, deleted=True)


@embeddings.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/collections/{uuid}/sources")
async def add_knowledge_collection_source(
    telnyx: Telnyx,
    collection_id: CollectionId,
    source_type: SourceType,
    bucket_id: SourceBucket | None = None,
) -> CollectionSourceResult:
    """Add a source to a knowledge collection: all of the account's data of a kind, or one bucket."""
    source = {"source_type": source_type, "bucket_id": bucket_id}
    _check([NewSource.model_validate(present(source))])
    answer = await telnyx.post("/ai/collections/{uuid}/sources", body=present(source), uuid=collection_id)
    return shape(CollectionSourceResult, answer)


@embeddings.tool(effect=Effect.DESTROY, scope="ai.write", calls="DELETE /ai/collections/{uuid}/sources/{source_id}")
async def remove_knowledge_collection_source(
    telnyx: Telnyx,
    collection_id: CollectionId,
    source_id: Annotated[Id, From("get_knowledge_collection")],
) -> Deleted:
    """Remove a source from a knowledge collection. Its data stays."""
    await telnyx.delete("/ai/collections/{uuid}/sources/{source_id}", uuid=collection_id, source_id=source_id)
    return Deleted(id=source_id, deleted=True)


def _check(sources: list[NewSource]) -> None:
    """Raises InvalidArguments if a bucket source has no name, or another source has one."""
    wrong = [source for source in sources if (source.source_type == "bucket") != (source.bucket_id is not None)]
    if wrong:
        raise InvalidArguments([Problem("bucket_id", "Give it with source_type bucket, and only then.")])
