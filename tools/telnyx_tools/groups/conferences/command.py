"""Commands to a conference: shared arguments, and how one is sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Replay, Telnyx
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlId, MediaName, Url

Region = Annotated[
    Literal["US", "Europe", "Australia", "Middle East"], Field(description="of the conference, if not the account's")
]
Beep = Annotated[
    Literal["always", "never", "on_enter", "on_exit"], Field(description="beep when someone joins or leaves")
]
Everyone = Annotated[list[CallControlId], Field(description="default: everyone")]
AudioUrl = Annotated[Url | None, Field(description="wav or mp3")]
AudioName = Annotated[MediaName | None, From("list_media", what="instead of a URL")]


class Accepted(Result):
    result: str | None = Field(None, description="ok: accepted; the effect follows")


async def command(telnyx: Telnyx, template: str, conference_id: str, body: Mapping[str, object]) -> Accepted:
    """Send a command that takes no command id: an uncertain one is not repeated."""
    return shape(Accepted, await telnyx.post(template, body=present(body), id=conference_id))


async def command_once(telnyx: Telnyx, template: str, conference_id: str, body: Mapping[str, object]) -> Accepted:
    """Carries a command id, by which Telnyx ignores the repeats of an uncertain one."""
    named = {**present(body), "command_id": new_command_id()}
    return shape(Accepted, await telnyx.post(template, body=named, replay=Replay.SAFE, id=conference_id))


def new_command_id() -> str:
    return str(uuid.uuid4())
