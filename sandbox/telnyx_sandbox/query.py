"""The query string of a request: bracketed names, typed reads, and errors that name the parameter."""

import re
from urllib.parse import parse_qsl

from .errors import SandboxError


class Query:
    """The parameters, under their names as sent, such as `filter[phone_number][contains]`.

    A repeated name, `name[]` and a list with commas all mean several values.
    """

    def __init__(self, raw: bytes) -> None:
        self._values: dict[str, str] = {}
        for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True) if raw else ():
            key = name.removesuffix("[]")
            self._values[key] = f"{self._values[key]},{value}" if key in self._values else value

    def text(self, name: str) -> str | None:
        return self._values.get(name)

    def many(self, name: str) -> list[str]:
        return [value for value in self._values.get(name, "").split(",") if value]

    def flag(self, name: str) -> bool:
        value = self.choice(name, ("true", "false"))
        return value == "true"

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        value = self._values.get(name)
        if value is not None and value not in allowed:
            raise SandboxError("10032", f"{name} must be one of {', '.join(allowed)}.", parameter=name)
        return value

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        value = self._values.get(name)
        if value is None:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            raise SandboxError("10026", f"{name} must be an integer.", parameter=name)
        if not low <= int(value) <= high:
            raise SandboxError("10033", f"{name} must be between {low} and {high}.", parameter=name)
        return int(value)

    def filters(self, *known: str) -> None:
        """Raises SandboxError for a `filter[...]` that this list does not have."""
        for name in self._values:
            if name.startswith("filter[") and name not in known:
                raise SandboxError("10031", f"{name} is not a filter of this list.", parameter=name)
