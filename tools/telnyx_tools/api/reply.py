"""An answer of Telnyx, and the JSON in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic_core import from_json

from telnyx_tools.api.values import MOST_ANSWER_VALUES, values_in

Json: TypeAlias = dict[str, Any] | list[Any] | str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer of Telnyx."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names are looked up without regard to case."""
    content: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def request_id(self) -> str | None:
        value = self.headers.get("x-request-id")
        return value[:200] if value else None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @property
    def is_wide(self) -> bool:
        """Return whether the body holds more values than are parsed, since parsing them would block the event loop."""
        return self.content[:1] in (b"{", b"[") and values_in(self.content, MOST_ANSWER_VALUES) > MOST_ANSWER_VALUES

    def json(self) -> Json:
        """The body as JSON; None if it is empty; its text if it is not JSON or too large. Never raises, as the 2xx is a
        success."""
        if not self.content:
            return None
        if self.is_wide:
            return self.text
        try:
            value: Json = from_json(self.content, allow_inf_nan=False)
        except ValueError:
            value = self._odd_json()
        return value

    def _odd_json(self) -> Json:
        """Parse JSON that a strict parser refuses: NaN, a byte order mark, lone surrogates, deep nesting."""
        try:
            value: Json = _well_formed(_DECODER.decode(self.content.decode("utf-8-sig")))
        except (ValueError, RecursionError):
            return self.text
        return value


_DECODER = json.JSONDecoder(parse_constant=lambda _: None)  # NaN and Infinity are not valid JSON to pass on


def _well_formed(value: Any) -> Any:
    """The value without lone surrogates: a text cut inside an emoji has one, and UTF-8 cannot encode it."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_well_formed(item) for item in value]
    if isinstance(value, dict):
        return {_well_formed(key): _well_formed(item) for key, item in value.items()}
    return value
