"""Tags that assistants are sorted by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import AssistantId

Tag = Annotated[str, Field(min_length=1, max_length=100)]


class Tags(Result):
    tags: list[str] | None = None


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants/tags")
async def list_assistant_tags(telnyx: Telnyx) -> Tags:
    """All tags of the account's assistants."""
    return shape(Tags, await telnyx.get("/ai/assistants/tags"))


@assistants.tool(
    effect=Effect.WRITE, scope="ai.write", calls="POST /ai/assistants/{assistant_id}/tags", idempotent=True
)
async def add_assistant_tag(telnyx: Telnyx, assistant_id: AssistantId, tag: Tag) -> Tags:
    """Add a tag to an assistant; returns all its tags."""
    answer = await telnyx.post("/ai/assistants/{assistant_id}/tags", body={"tag": tag}, assistant_id=assistant_id)
    return shape(Tags, answer)


@assistants.tool(effect=Effect.DESTROY, scope="ai.write", calls="DELETE /ai/assistants/{assistant_id}/tags/{tag}")
async def remove_assistant_tag(telnyx: Telnyx, assistant_id: AssistantId, tag: Tag) -> Tags:
    """Remove a tag from an assistant; returns the remaining tags."""
    answer = await telnyx.delete("/ai/assistants/{assistant_id}/tags/{tag}", assistant_id=assistant_id, tag=tag)
    return shape(Tags, answer)
