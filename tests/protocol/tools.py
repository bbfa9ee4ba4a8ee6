"""Tools to test the protocol with: some do nothing, one counts, two wait until they are cancelled."""

import anyio
from tests.server.things import phone_lines, texts

from telnyx_tools.registry import Registry
from telnyx_tools.results.result import Result
from telnyx_tools.shared.waiting import Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import Group

clocks = Group("clocks", title="Clocks", summary="What takes time.")


class Waited:
    """What became of the calls of `wait`."""

    def __init__(self) -> None:
        self.begun = anyio.Event()
        self.ended = anyio.Event()
        self.cancelled = False


waits: dict[str, Waited] = {}


class Counted(Result):
    counted: int | None = None


@clocks.tool(effect=Effect.READ, scope="clocks.read", core=True)
async def count(progress: Progress, to: int) -> Counted:
    """Count, and tell each number."""
    for number in range(1, to + 1):
        await progress(number, to, f"at {number}")
    return Counted(counted=to)


@clocks.tool(effect=Effect.WRITE, scope="clocks.write", core=True)
async def wait(name: str) -> Result:
    """Wait until the call is cancelled."""
    return await _cancelled(name)


@clocks.tool(effect=Effect.READ, scope="clocks.read", core=True)
async def read_slowly(name: str) -> Result:
    """Wait until the call is cancelled; it is a brief one by its declaration."""
    return await _cancelled(name)


async def _cancelled(name: str) -> Result:
    waited = waits[name]
    waited.begun.set()
    try:
        await anyio.sleep_forever()
    except anyio.get_cancelled_exc_class():
        waited.cancelled = True
        raise
    finally:
        waited.ended.set()
    return Result()


def tools() -> Registry:
    return Registry(lambda: (texts, phone_lines, clocks))
