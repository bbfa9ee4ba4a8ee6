"""Searching an embedded bucket by meaning."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from telnyx_tools.api.client import LONG_SECS, Telnyx
from telnyx_tools.groups.embeddings import embeddings
from telnyx_tools.groups.embeddings.task import explaining_404
from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.result import BUDGET, Part, Result, shape, unwrapped
from telnyx_tools.results.shorten import size
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import BucketName

SHORTEST_TEXT = 50
NOT_EMBEDDED = "Take a bucket from list_embedded_buckets, or embed this one with create_embeddings."
NOTHING_YET = "Nothing can be found in it: list_embedding_tasks says whether it is still being embedded."
_ENVELOPE, _MARKS = 200, 40
"""Characters of a result besides its passages, and that cutting adds to one."""


class Passage(Part):
    text: Annotated[str | None, Outside("who wrote the document")] = Field(None, validation_alias="document_chunk")
    distance: float | None = Field(None, description="0 to 1; lower is closer")
    filename: Annotated[str | None, Outside("who named the document", LONGEST_NAME)] = None
    source: Annotated[str | None, Outside("who named the document", LONGEST_NAME)] = None
    loader_metadata: Annotated[dict[str, object] | None, Outside("who wrote the document")] = Field(
        None, description="of Intercom articles: heading, article_url"
    )
    cut: bool | None = Field(None, description="the text goes on; a smaller num_of_docs shows more")

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, raw: Any) -> Any:
        metadata = raw.get("metadata") if isinstance(raw, dict) else None
        if not isinstance(metadata, dict):
            return raw
        found = {name: metadata.get(name) for name in ("filename", "source")}
        return {**found, "loader_metadata": metadata.get("loader_metadata") or None, **raw}


class Passages(Result):
    passages: list[Passage] | None = None
    note: str | None = None


@embeddings.tool(
    effect=Effect.READ, scope="ai.read", calls="POST /ai/embeddings/similarity-search", core=True, paid=True
)
async def similarity_search(
    telnyx: Telnyx,
    bucket_name: Annotated[BucketName, From("list_embedded_buckets")],
    query: Annotated[str, Field(min_length=1, description="a question")],
    num_of_docs: Annotated[int, Field(ge=1, le=20)] = 3,
) -> Passages:
    """Passages of an embedded bucket closest in meaning to a question. Costs a little."""
    body = {"bucket_name": bucket_name, "query": query, "num_of_docs": num_of_docs}
    with explaining_404(NOT_EMBEDDED):
        answer = await telnyx.post("/ai/embeddings/similarity-search", body=body, timeout_secs=LONG_SECS)
    found = shape(Passages, {"data": {"passages": unwrapped(answer)}})
    fitting = _fitting(found.passages, BUDGET["summary"])
    return found.model_copy(update={"passages": fitting, "note": None if fitting else NOTHING_YET})


def _fitting(passages: list[Passage] | None, budget: int) -> list[Passage] | None:
    """All of them, the long ones cut: each has its share of the room, and what the short ones leave."""
    if not passages:
        return passages
    beside = (len(passage.model_dump_json(exclude={"text"}, exclude_none=True)) + _MARKS for passage in passages)
    room = budget - _ENVELOPE - sum(beside)
    shares = {}
    for left, (index, passage) in enumerate(sorted(enumerate(passages), key=lambda pair: size(pair[1].text)), 1):
        share = room // (len(passages) - left + 1)
        shares[index] = _cut(passage, max(share, SHORTEST_TEXT))
        room -= size(shares[index].text)
    return [shares[index] for index in range(len(passages))]


def _cut(passage: Passage, room: int) -> Passage:
    text = passage.text or ""
    if size(text) <= room:
        return passage
    while size(text) > room - 1:
        text = text[: len(text) - max(1, size(text) - room + 1)]
    return passage.model_copy(update={"text": f"{text}…", "cut": True})
