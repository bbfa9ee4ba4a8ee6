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
    """An answer of Telnyx, whole."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Read without regard to the case of a name."""
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
        """Return whether it holds more values than are parsed, which would keep everybody waiting."""
        return self.content[:1] in (b"{", b"[") and values_in(self.content, MOST_ANSWER_VALUES) > MOST_ANSWER_VALUES

    def json(self) -> Json:
        """The body as JSON, None if it is empty, its text if it is no JSON or too much of it: a 2xx never fails."""
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
        """Read JSON that a strict parser refuses: NaN, a byte order mark, halves of surrogate pairs, great depth."""
        try:
            value: Json = _well_formed(_DECODER.decode(self.content.decode("utf-8-sig")))
        except (ValueError, RecursionError):
            return self.text
        return value


_DECODER = json.JSONDecoder(parse_constant=lambda _: None)  # NaN and Infinity are no JSON that could be passed on


def _well_formed(value: Any) -> Any:
    """Without halves of surrogate pairs: a text cut inside an emoji has them, and UTF-8 has not."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_well_formed(item) for item in value]
    if isinstance(value, dict):
        return {_well_formed(key): _well_formed(item) for key, item in value.items()}
    return value
