"""Versions of an assistant, and trying one on a part of its conversations."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants.assistant import Assistant, Version, assistant_of, rows_of
from telnyx_tools.groups.assistants.settings import About, Greeting, Instructions, Model, Text, ToolIds, Variables
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.bodies import OMITTED, Given, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import AssistantId, Id

VersionId = Annotated[Id, From("list_assistant_versions")]

_VERSION = "/ai/assistants/{assistant_id}/versions/{version_id}"
_CANARY = "/ai/assistants/{assistant_id}/canary-deploys"


class DeletedVersion(Result):
    assistant_id: str | None = None
    version_id: str | None = None
    deleted: bool | None = None


class RolledOut(Given):
    version_id: VersionId
    weight: float = Field(ge=0, le=100, description="percent of the conversations")


class CanaryDeploy(Result):
    assistant_id: str | None = None
    rules: list[Any] | None = Field(None, description="which share of conversations each version serves")
    created_at: str | None = None
    updated_at: str | None = None


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/assistants/{assistant_id}/versions")
async def list_assistant_versions(
    telnyx: Telnyx, assistant_id: AssistantId, page: PageCursor = "1", detail: Detail = "summary"
) -> Page[Version]:
    """The stored versions of an assistant, ten at most."""
    answer = await telnyx.get("/ai/assistants/{assistant_id}/versions", assistant_id=assistant_id)
    return page_of_whole(Version, rows_of(answer), Cursor.parse(page), detail)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls=f"GET {_VERSION}")
async def get_assistant_version(
    telnyx: Telnyx, assistant_id: AssistantId, version_id: VersionId, detail: Detail = "summary"
) -> Assistant:
    """One version of an assistant."""
    return assistant_of(await telnyx.get(_VERSION, assistant_id=assistant_id, version_id=version_id), detail)


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls=f"POST {_VERSION}")
async def update_assistant_version(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    version_id: VersionId,
    version_name: NewValue[Annotated[str, Field(description="to find it again")]] = OMITTED,
    name: NewValue[Text] = OMITTED,
    instructions: NewValue[Instructions] = OMITTED,
    greeting: NewValue[Greeting] = OMITTED,
    model: NewValue[Model] = OMITTED,
    description: NewValue[About] = OMITTED,
    tool_ids: NewValue[ToolIds] = OMITTED,
    dynamic_variables: NewValue[Variables] = OMITTED,
) -> Assistant:
    """Edit a version in place, for example its name; update_assistant creates a new version instead."""
    body = changed(
        {
            "version_name": version_name,
            "name": name,
            "instructions": instructions,
            "greeting": greeting,
            "model": model,
            "description": description,
            "tool_ids": tool_ids,
            "dynamic_variables": dynamic_variables,
        }
    )
    answer = await telnyx.post(_VERSION, body=body, assistant_id=assistant_id, version_id=version_id)
    return assistant_of(answer, also=body)


@assistants.tool(effect=Effect.DESTROY, scope="ai.write", calls=f"POST {_VERSION}/promote")
async def promote_assistant_version(telnyx: Telnyx, assistant_id: AssistantId, version_id: VersionId) -> Assistant:
    """Use a version for all conversations; ends a canary deploy."""
    answer = await telnyx.post(f"{_VERSION}/promote", assistant_id=assistant_id, version_id=version_id)
    return assistant_of(answer)


@assistants.tool(effect=Effect.DESTROY, scope="ai.write", calls=f"DELETE {_VERSION}")
async def delete_assistant_version(telnyx: Telnyx, assistant_id: AssistantId, version_id: VersionId) -> DeletedVersion:
    """Delete a version for good. The version in use cannot be deleted."""
    await telnyx.delete(_VERSION, assistant_id=assistant_id, version_id=version_id)
    return DeletedVersion(assistant_id=assistant_id, version_id=version_id, deleted=True)


@assistants.tool(effect=Effect.READ, scope="ai.read", calls=f"GET {_CANARY}")
async def get_assistant_canary(telnyx: Telnyx, assistant_id: AssistantId) -> CanaryDeploy:
    """Which versions of an assistant serve which share of its conversations."""
    return shape(CanaryDeploy, await telnyx.get(_CANARY, assistant_id=assistant_id))


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls=f"POST {_CANARY}")
async def start_assistant_canary(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    versions: Annotated[list[RolledOut], Field(min_length=1, max_length=10)],
) -> CanaryDeploy:
    """Let other versions serve a share of the conversations; the main version serves the rest."""
    rollout = [{"version_id": each.version_id, "weight": each.weight} for each in versions]
    rules = [{"match": [], "serve": {"rollout": rollout}}]
    answer = await telnyx.post(_CANARY, body={"rules": rules}, idempotency_key=True, assistant_id=assistant_id)
    return shape(CanaryDeploy, answer)


@assistants.tool(effect=Effect.DESTROY, scope="ai.write", calls=f"DELETE {_CANARY}")
async def stop_assistant_canary(telnyx: Telnyx, assistant_id: AssistantId) -> CanaryDeploy:
    """Let the main version serve all conversations again."""
    await telnyx.delete(_CANARY, assistant_id=assistant_id)
    return CanaryDeploy(assistant_id=assistant_id)
