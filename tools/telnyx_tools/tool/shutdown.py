"""The end of the process, as calls that wait hear of it: they answer then with what there is."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from telnyx_tools.tasks import end

T = TypeVar("T")


class Shutdown:
    """Begins when the process is asked to end. Whoever only waits then stops; what takes effect goes on."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    @property
    def has_begun(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        self._begun.set()

    async def begun(self) -> None:
        """Return once it has begun."""
        await self._begun.wait()

    async def unless_begun(self, waiting: Coroutine[Any, Any, T]) -> T | None:
        """The result of what is waited for; None, and it is cancelled, where the shutdown begins before."""
        waited, begun = asyncio.create_task(waiting), asyncio.create_task(self.begun())
        try:
            await asyncio.wait([waited, begun], return_when=asyncio.FIRST_COMPLETED)
            return waited.result() if waited.done() else None
        finally:
            await end([waited, begun], again_secs=0.1)
