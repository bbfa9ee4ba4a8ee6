"""An embedding task: queued, processing, finished or failed, depending only on the clock."""

from dataclasses import dataclass

from ...clock import iso
from .embedded_bucket import QUEUED_SECS, SECS_PER_FILE

STATUSES = ("queued", "processing", "success", "failure", "partial_success")


@dataclass(frozen=True, slots=True)
class Task:
    """`files` counts the files at the beginning of the task, `failed` those that could not be embedded."""

    id: str
    name: str
    user_id: str
    bucket: str
    files: int
    failed: int
    created_at: float

    @property
    def finished_at(self) -> float:
        return self.created_at + QUEUED_SECS + SECS_PER_FILE * max(1, self.files)

    def status(self, now: float) -> str:
        if now < self.created_at + QUEUED_SECS:
            return "queued"
        if now < self.finished_at:
            return "processing"
        if self.failed == self.files:
            return "failure"
        return "partial_success" if self.failed else "success"

    def render(self, now: float) -> dict[str, object]:
        return {
            "task_id": self.id,
            "task_name": self.name,
            "user_id": self.user_id,
            "status": self.status(now),
            "created_at": iso(self.created_at),
            "finished_at": iso(self.finished_at) if self.finished_at <= now else None,
        }
