"""Calls one tool in this process, and loads only what that tool needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import uuid4

import anyio
import mcp_types as types
from mcp_types.version import LATEST_PROTOCOL_VERSION

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.client import Client
from telnyx_remote_mcp.calls.progress import Reported
from telnyx_remote_mcp.calls.question import Answers, AskFirst
from telnyx_remote_mcp.calls.replies import failure, reply
from telnyx_remote_mcp.commands import UsageError
from telnyx_remote_mcp.commands.arguments import typed
from telnyx_remote_mcp.commands.asking import NO, NOT_HERE, ask, can_ask
from telnyx_remote_mcp.commands.options import check_local
from telnyx_remote_mcp.commands.progress import Progress
from telnyx_remote_mcp.commands.sandbox import sandboxed
from telnyx_remote_mcp.commands.tools import find
from telnyx_remote_mcp.composition.in_process import local_caller, local_dispatch
from telnyx_remote_mcp.identity import VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import EVERYTHING, Selection
from telnyx_tools.registry import Registry, registry, registry_of
from telnyx_tools.results.result import Result
from telnyx_tools.tool.shutdown import Shutdown

NAME: Final = "telnyx-mcp-server call"
"""The client's name in calls that a command makes."""


def call_here(settings: Settings, name: str, arguments: Mapping[str, str], *, keep: bool) -> types.CallToolResult:
    """The result of the tool, called with the key of the settings or in a sandbox. Raises UsageError.

    `keep` leaves the sandbox running for the next call with `keep`.
    """
    tool = find(name)
    check_local(settings)
    known = registry_of(tool.name) if settings.ceiling == EVERYTHING else registry()
    with sandboxed(settings, keep=keep) as effective:
        return anyio.run(_call, effective, known, tool.name, arguments)


async def _call(settings: Settings, known: Registry, name: str, arguments: Mapping[str, str]) -> types.CallToolResult:
    async with local_dispatch(settings, known) as parts, Progress(name) as progress:
        surface = parts.surfaces.of(Selection(surface="full"))
        tool = surface.find(name)
        if tool is None:
            raise UsageError(f"{name} is not among the tools that the settings leave.")

        given = typed(arguments, tool.input_schema)

        async def outcome(answers: Answers) -> Result:
            call = Call(
                action=tool,
                arguments=tool.parse(given),
                caller=local_caller(settings),
                surface=surface,
                client=Client(LATEST_PROTOCOL_VERSION, NAME, VERSION),
                request_id=uuid4().hex,
                progress=Reported(progress, Shutdown()),
                answers=answers,
            )
            return await parts.dispatch(call)

        return await _asking(lambda answers: reply(tool, outcome(answers), given), progress)


async def _asking(
    call: Callable[[Answers], Awaitable[types.CallToolResult]], progress: Progress
) -> types.CallToolResult:
    """The result of the call, which is repeated with each answer that the person at the terminal gives."""
    answers: Answers = {}
    while True:
        try:
            return await call(answers)
        except AskFirst as first:
            if not can_ask() or first.question.id in answers:
                return failure({**NOT_HERE, "question": first.question.text})
            with progress.paused():
                answer = await ask(first.question.text, first.question.form)
            if answer.action != "accept":
                return failure(NO)  # and next time they are asked again
            answers = {**answers, first.question.id: answer}
