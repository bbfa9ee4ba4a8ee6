"""Vectors that stand for texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import LONG_SECS, Json, Telnyx
from telnyx_tools.groups.inference import inference
from telnyx_tools.groups.inference.chat import LOST, Usage
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import BUDGET, Detail, Result, objects, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id

DIGITS = 5
"""Significant digits of a number in a vector: as many as a search needs."""


class TextEmbeddings(Result):
    model: str | None = None
    usage: Usage | None = None
    vectors: list[list[float]] | None = Field(None, description="in the order of the texts, 5 significant digits")
    vectors_left_out: int | None = Field(None, description="the last ones, for which there was no room")


class EmbeddingModel(Result):
    id: str | None = None
    owned_by: str | None = None


@inference.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/openai/embeddings/models")
async def list_embedding_models(
    telnyx: Telnyx, page: PageCursor = "1", detail: Detail = "summary"
) -> Page[EmbeddingModel]:
    """Models that create text embeddings (vectors)."""
    return page_of_whole(EmbeddingModel, await telnyx.get("/ai/openai/embeddings/models"), Cursor.parse(page), detail)


@inference.tool(effect=Effect.SPENDS, scope="ai.write", calls="POST /ai/openai/embeddings", check=LOST)
async def create_text_embeddings(
    telnyx: Telnyx,
    texts: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, max_length=16)],
    model: Annotated[Id, From("list_embedding_models")] = "thenlper/gte-large",
    dimensions: Annotated[int | None, Field(ge=1, le=4_096, description="only for models that support it")] = None,
) -> TextEmbeddings:
    """Create vectors of texts. A result holds about 40,000 characters of vectors: 4 with 1,024 dimensions. To search
    documents, embed a bucket with create_embeddings instead."""
    body = {"input": texts, "model": model, "dimensions": dimensions}
    answer = await telnyx.post("/ai/openai/embeddings", body=present(body), timeout_secs=LONG_SECS)
    # Its `data` is the list of vectors, not the thing itself.
    found = shape(TextEmbeddings, {"data": _without_data(answer)})
    vectors = [vector for each in objects(answer) if (vector := _rounded(each.get("embedding")))]
    found.vectors, found.vectors_left_out = _fitting(vectors)
    return found


def _without_data(answer: Json) -> Json:
    if not isinstance(answer, dict):
        return answer
    return {name: value for name, value in answer.items() if name != "data"}


def _rounded(vector: object) -> list[float]:
    numbers = vector if isinstance(vector, list) else []
    return [float(f"{number:.{DIGITS}g}") for number in numbers if isinstance(number, int | float)]


def _fitting(vectors: list[list[float]]) -> tuple[list[list[float]], int | None]:
    room, kept = BUDGET["full"] - 1_000, []
    for vector in vectors:
        room -= sum(len(repr(number)) + 1 for number in vector)
        if room < 0:
            break
        kept.append(vector)
    return kept, len(vectors) - len(kept) or None
