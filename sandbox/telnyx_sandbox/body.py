"""The JSON body of a request: typed reads, and errors that point at the field."""

from collections.abc import Iterator
from typing import TypeVar

from .errors import SandboxError

T = TypeVar("T")
Fields = dict[str, object]


class Body:
    """An object in the body. `pointer` is its JSON pointer, "" for the whole body."""

    def __init__(self, fields: Fields, pointer: str = "") -> None:
        self._fields = fields
        self._pointer = pointer

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def pointer(self, name: str) -> str:
        return f"{self._pointer}/{name}"

    def value(self, name: str) -> object:
        """The field as it was sent, of any type. It was already checked against the API's contract."""
        return self._fields.get(name)

    def text(self, name: str) -> str | None:
        return self._read(name, str, "10020")

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise SandboxError("10004", f"'{name}' is required.", pointer=self.pointer(name))
        return value

    def flag(self, name: str) -> bool | None:
        return self._read(name, bool, "10026")

    def texts(self, name: str) -> list[str] | None:
        values = self._read(name, list, "10026")
        if values is not None and not all(isinstance(value, str) for value in values):
            raise SandboxError("10026", f"'{name}' must be a list of strings.", pointer=self.pointer(name))
        return values

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            detail = f"'{name}' must be one of {', '.join(allowed)}."
            raise SandboxError("10032", detail, pointer=self.pointer(name))
        return value

    def object(self, name: str) -> "Body | None":
        fields = self._read(name, dict, "10026")
        return None if fields is None else Body(fields, self.pointer(name))

    def integer(self, name: str) -> int | None:
        return self._read(name, int, "10026")

    def fields(self, name: str) -> Fields | None:
        """The object as it was sent, for fields that the sandbox only stores and shows."""
        return self._read(name, dict, "10026")

    def objects(self, name: str) -> "Iterator[Body]":
        for index, fields in enumerate(self._read(name, list, "10026") or ()):
            pointer = f"{self.pointer(name)}/{index}"
            if not isinstance(fields, dict):
                raise SandboxError("10026", f"'{name}' must be a list of objects.", pointer=pointer)
            yield Body(fields, pointer)

    def _read(self, name: str, kind: type[T], code: str) -> T | None:
        value = self._fields.get(name)
        if value is None or isinstance(value, kind):
            return value
        raise SandboxError(code, f"'{name}' must be a JSON {_NAMES[kind]}.", pointer=self.pointer(name))


_NAMES: dict[type, str] = {str: "string", bool: "boolean", list: "array", dict: "object", int: "integer"}
