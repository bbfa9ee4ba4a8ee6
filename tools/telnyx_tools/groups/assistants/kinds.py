"""The definitions of assistant tools, by type."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import AssistantParty, BucketName

JsonSchema = Annotated[dict[str, Any], Field(description="JSON schema of an object")]


class Header(Given):
    name: str
    value: str = Field(description="{{#integration_secret}}identifier{{/integration_secret}} in place of a key")


class StoredField(Given):
    name: str
    value_path: str = Field(description="like $.customer.name")


class Webhook(Given):
    name: str = Field(description="as the model calls it")
    description: str = Field(description="when to use it")
    url: str = Field(min_length=8, description="may hold {parameters}")
    method: Literal["GET", "POST", "PUT", "DELETE", "PATCH"] | None = None
    headers: list[Header] | None = None
    path_parameters: JsonSchema | None = None
    query_parameters: JsonSchema | None = None
    body_parameters: JsonSchema | None = None
    preset_body_fields: dict[str, Any] | None = None
    store_fields_as_variables: list[StoredField] | None = None
    asynchronous: bool | None = Field(None, alias="async", description="the assistant does not wait")


class Function(Given):
    name: str
    description: str | None = None
    parameters: JsonSchema | None = None


class ClientSideTool(Given):
    name: str
    description: str
    parameters: JsonSchema


class Retrieval(Given):
    bucket_ids: Annotated[list[BucketName], Field(min_length=1), From("list_embedded_buckets", what="embedded buckets")]
    max_num_results: int | None = Field(None, ge=1)


class OtherAssistant(Given):
    id: str
    name: str


class Handoff(Given):
    ai_assistants: list[OtherAssistant] = Field(min_length=1)
    voice_mode: Literal["unified", "distinct"] | None = None


class Target(Given):
    to: AssistantParty
    name: str | None = None


class Invite(Given):
    targets: list[Target] = Field(min_length=1)
    from_number: AssistantParty | None = Field(None, alias="from")


class Pay(Given):
    connector_name: str
    currency: str | None = None
    description: str | None = None
    payment_method: str | None = None


class Variable(Given):
    name: str
    description: str | None = None
    type: str | None = None


class UpdateDynamicVariables(Given):
    name: str
    description: str
    updatable_variables: list[Variable] = Field(min_length=1)


class Vision(Given):
    max_frame_age_secs: int | None = Field(None, ge=1)
