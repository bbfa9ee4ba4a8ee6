"""An embedding task as tools return it, and how one is followed to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.api.errors import ApiError, TelnyxError
from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.result import Part, Result, objects, shape
from telnyx_tools.shared.waiting import follow
from telnyx_tools.tool.context import Progress
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import BucketName, Id

WAIT_SECS = 45
SHOWN_FAILURES = 20

TaskId = Annotated[Id, From("create_embeddings", "embed_url")]

_FAILED = frozenset({"failure", "partial_success"})
_SEARCHABLE = frozenset({"success", "partial_success"})
_FINAL = _FAILED | _SEARCHABLE
"""A status that is not among them may still change."""

NEXT_STEP = (
    "similarity_search searches the bucket. Assistants answer from it: knowledge of create_assistant, or "
    "create_assistant_tool (retrieval) and attach_assistant_tool."
)


class FailedFile(Part):
    filename: Annotated[str | None, Outside("who named the file", LONGEST_NAME)] = None
    error_reason: str | None = None


class EmbeddingTask(Result):
    task_id: str | None = None
    status: str | None = Field(
        None, description="queued, processing (poll get_embedding_task), success, partial_success or failure"
    )
    bucket_name: str | None = Field(None, validation_alias="bucket")
    task_name: str | None = None
    created_at: str | None = None
    finished_at: str | None = None
    next_step: str | None = None
    failed_files: list[FailedFile] | None = Field(
        None, description=f"the first {SHOWN_FAILURES}; get_embedded_bucket has all"
    )


@contextmanager
def explaining_404(remedy: str) -> Iterator[None]:
    """Within it, what Telnyx does not find is answered with this remedy."""
    try:
        yield
    except ApiError as error:
        if error.status == 404:
            error.remedy = remedy
        raise


async def read_task(telnyx: Telnyx, task_id: str) -> EmbeddingTask:
    return shape(EmbeddingTask, await telnyx.get("/ai/embeddings/{task_id}", task_id=task_id))


async def started(telnyx: Telnyx, answer: Json, bucket: BucketName, progress: Progress, *, wait: bool) -> EmbeddingTask:
    """The task that an answer tells of, once it is done or 45 seconds have passed where it is waited for."""
    task = shape(EmbeddingTask, answer)
    task_id = task.task_id
    if wait and task_id is not None:
        task = await follow(
            task,
            lambda: read_task(telnyx, task_id),
            done=lambda task: task.status in _FINAL,
            status=lambda task: task.status or "unknown",
            progress=progress,
            seconds=WAIT_SECS,
        )
    return await explained(telnyx, task.model_copy(update={"bucket_name": bucket}))


async def explained(telnyx: Telnyx, task: EmbeddingTask) -> EmbeddingTask:
    """The task with what comes next, and the files that failed and why, where its bucket is known."""
    if task.status in _SEARCHABLE:
        task = task.model_copy(update={"next_step": NEXT_STEP})
    if task.status not in _FAILED or task.bucket_name is None:
        return task
    try:
        answer = await telnyx.get("/ai/embeddings/buckets/{bucket_name}", bucket_name=task.bucket_name)
    except TelnyxError:
        return task
    failed = [shape_file(file) for file in objects(answer) if file.get("error_reason")]
    return task.model_copy(update={"failed_files": failed[:SHOWN_FAILURES] or None})


def shape_file(file: dict[str, object]) -> FailedFile:
    return FailedFile(filename=str(file.get("filename")), error_reason=str(file.get("error_reason"))[:300])
