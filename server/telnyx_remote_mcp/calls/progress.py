"""The progress of a call, as its client is told, and what ends its waiting."""

from __future__ import annotations

from dataclasses import dataclass

from telnyx_tools.tool.context import Report
from telnyx_tools.tool.shutdown import Shutdown


@dataclass(slots=True)
class Reported:
    """Reports to the client of a call; the `shutdown` is that of the process which makes it."""

    report: Report
    shutdown: Shutdown
    waited: bool = False

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        await self.report(progress, total, message)
