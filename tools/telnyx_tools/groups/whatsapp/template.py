"""A template as tools return it, with its text and its variables made plain."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, model_validator

from telnyx_tools.results.result import Result

_VARIABLE = re.compile(r"\{\{\s*[A-Za-z0-9_]+\s*\}\}")


class Template(Result):
    id: str | None = None
    name: str | None = None
    language: str | None = None
    category: str | None = None
    status: str | None = Field(None, description="PENDING, APPROVED, REJECTED, PAUSED or DISABLED")
    rejection_reason: str | None = None
    header: str | None = Field(None, description="its text, or its format")
    body: str | None = Field(None, description="with variables like {{1}}")
    variables: int | None = Field(None, description="how many values the body takes")
    button_values: list[int] | None = Field(None, description="indexes of the buttons that take a value")

    @model_validator(mode="before")
    @classmethod
    def _read_components(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or not isinstance(raw.get("components"), list):
            return raw
        found = {str(one.get("type")).upper(): one for one in raw["components"] if isinstance(one, dict)}
        body, header = found.get("BODY", {}).get("text"), found.get("HEADER", {})
        shown: dict[str, object] = {"header": header.get("text") or header.get("format")}
        shown["button_values"] = _wanting(found.get("BUTTONS", {}).get("buttons")) or None
        if isinstance(body, str):
            shown |= {"body": body, "variables": len(set(_VARIABLE.findall(body)))}
        return {**raw, **shown}


def _wanting(buttons: object) -> list[int]:
    listed = buttons if isinstance(buttons, list) else []
    known = {index: button for index, button in enumerate(listed) if isinstance(button, dict)}
    return [
        index
        for index, button in known.items()
        if str(button.get("type")).upper() in ("OTP", "COPY_CODE") or "{{" in str(button.get("url"))
    ]


class WholeTemplate(Template):
    template_id: str | None = Field(None, description="Meta's id")
    components: list[dict[str, Any]] | None = None
    created_at: str | None = None
    updated_at: str | None = None
