"""A server that asks before anything is spent, and an account at Telnyx that counts. Also a program: over stdio."""

import sys
from pathlib import Path

import anyio
import httpx2
from mcp.server.stdio import stdio_server
from tests import contexts
from tests.wires import MockWire

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.calls.question import AskFirst, Question
from telnyx_remote_mcp.protocol.server import Services, create_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect

FORM = {"type": "object", "properties": {"sure": {"type": "boolean"}}, "required": ["sure"]}


class Declined(TelnyxError):
    def describe(self) -> dict[str, object]:
        return {"code": "declined", "title": "The person said no; nothing was sent"}


class AskBeforeSpending:
    """A step such as a confirmation will be: it asks about every call that spends, wherever that call comes from."""

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.action.effect is not Effect.SPENDS:
            return await proceed(call)
        question = Question(f"Really call {call.action.name}?", FORM)
        answer = call.answers.get(question.id)
        if answer is None:
            raise AskFirst(question)
        if answer.action != "accept" or not answer.content.get("sure"):
            raise Declined("declined")
        return await proceed(call)


class Counting:
    """Telnyx, as far as it counts what arrives."""

    def __init__(self) -> None:
        self.sent = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.sent += 1
        return httpx2.Response(200, json={"data": {"id": str(self.sent)}})


async def serve() -> None:
    async with Api(wire=MockWire(Counting())) as api, stdio_server() as (read, write):
        settings = Settings(data_dir=Path(sys.argv[1]))
        server = create_server(
            Services(
                settings=settings,
                surfaces=Surfaces(registry(), settings.ceiling),
                dispatch=contexts.dispatch(api, [AskBeforeSpending()]),
                local=contexts.TESTER,
                selection=Selection(surface="full"),
            )
        )
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    anyio.run(serve)
