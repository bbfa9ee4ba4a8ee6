"""Embedding tasks: how far they are, and why files failed."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.groups.embeddings import embeddings
from telnyx_tools.groups.embeddings.task import EmbeddingTask, TaskId, explained, read_task
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import objects
from telnyx_tools.tool.effect import Effect

Status = Literal["queued", "processing", "success", "partial_success", "failure"]
ALL: tuple[Status, ...] = ("queued", "processing", "success", "partial_success", "failure")


@embeddings.tool(
    effect=Effect.READ,
    scope="ai.read",
    calls=(
        "GET /ai/embeddings/{task_id}",
        "GET /ai/embeddings",
        "GET /ai/embeddings/buckets/{bucket_name}",
    ),
)
async def get_embedding_task(telnyx: Telnyx, task_id: TaskId) -> EmbeddingTask:
    """An embedding task's progress, and which files failed and why."""
    task = await read_task(telnyx, task_id)
    if task.status in ("failure", "partial_success") and task.bucket_name is None:
        tasks = objects(await _read(telnyx, task.status))
        bucket = next((each.get("bucket") for each in tasks if each.get("task_id") == task.task_id), None)
        task = task.model_copy(update={"bucket_name": bucket if isinstance(bucket, str) else None})
    return await explained(telnyx, task)


@embeddings.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/embeddings")
async def list_embedding_tasks(
    telnyx: Telnyx,
    status: Annotated[list[Status], Field(description="default: all")] = [],
    page: PageCursor = "1",
) -> Page[EmbeddingTask]:
    """Embedding tasks and their buckets, newest first."""
    # One status in each request: the documents and the official client write a list of them differently.
    answers = await asyncio.gather(*(_read(telnyx, each) for each in dict.fromkeys(status or ALL)))
    odd = [answer for answer in answers if not isinstance(answer, dict) or not isinstance(answer.get("data"), list)]
    tasks = [task for answer in answers for task in objects(answer)]
    tasks.sort(key=lambda task: str(task.get("created_at")), reverse=True)
    return page_of_whole(EmbeddingTask, odd[0] if odd else tasks, Cursor.parse(page))


async def _read(telnyx: Telnyx, status: str) -> Json:
    return await telnyx.get("/ai/embeddings", query={"status": status})
