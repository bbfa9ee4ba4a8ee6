"""Audit events: who changed what in the account."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.diagnostics import diagnostics
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Part, Result, redacted
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Moment


class FieldChange(Part):
    field: str | None = None
    before: Any = Field(None, validation_alias="from")
    after: Any = Field(None, validation_alias="to")

    @model_validator(mode="before")
    @classmethod
    def _without_secrets(cls, raw: Any) -> Any:
        """A field is named by a value here: what it held is hidden where its name is that of a secret."""
        if not isinstance(raw, dict):
            return raw
        name = str(raw.get("field")).rpartition(".")[2]
        return {**raw, **{side: redacted({name: raw.get(side)})[name] for side in ("from", "to")}}


class AuditEvent(Result):
    id: str | None = None
    created_at: str | None = None
    change_type: str | None = Field(None, description="what was done, like create, update, delete")
    record_type: str | None = Field(None, description="of what was changed")
    resource_id: str | None = None
    alternate_resource_id: str | None = Field(None, description="like a phone number")
    change_made_by: str | None = None
    user_id: str | None = None
    changes: list[FieldChange] | None = None


@diagnostics.tool(effect=Effect.READ, scope="reporting.read", calls="GET /audit_events")
async def list_audit_events(
    telnyx: Telnyx,
    since: Moment | None = None,
    until: Moment | None = None,
    sort: Literal["asc", "desc"] = "desc",
    page: PageCursor = "1",
    page_size: PageSize = 20,
) -> Page[AuditEvent]:
    """Who created, changed or deleted settings of the account, and when; newest first."""
    query: Query = {"filter": {"created_after": since, "created_before": until}, "sort": sort}
    return await fetch_page(AuditEvent, telnyx, "/audit_events", query, page=page, page_size=page_size)
