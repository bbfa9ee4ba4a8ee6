"""Arguments that fit a tool's input schema, generated from that schema alone."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]

_TEXT = st.text(st.characters(categories=("L", "N", "Zs"), exclude_characters=","), min_size=1, max_size=20).filter(
    lambda text: text == text.strip()
)
_NAME = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)


def arguments(schema: Schema) -> st.SearchStrategy[Any]:
    """Values of an input schema, with every optional property there or not."""
    return _Values().of(schema)


class _Values:
    def of(self, schema: Schema) -> st.SearchStrategy[Any]:
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return st.one_of([self.of({**branch, **_rest(schema, key)}) for branch in schema[key]])
        kind = schema.get("type")
        if isinstance(kind, list):
            return st.one_of([self.of({**schema, "type": one}) for one in kind])
        return self._typed(kind, schema)

    def _typed(self, kind: str | None, schema: Schema) -> st.SearchStrategy[Any]:
        match kind:
            case "string":
                return self._text(schema)
            case "integer":
                return st.integers(schema.get("minimum", 1), schema.get("maximum", 1_000))
            case "number":
                return st.floats(schema.get("minimum", 0), schema.get("maximum", 1_000), allow_nan=False)
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
            case "array":
                return st.lists(
                    self.of(schema.get("items", {"type": "string"})),
                    min_size=schema.get("minItems", 0),
                    max_size=min(schema.get("maxItems", 3), schema.get("minItems", 0) + 3),
                    unique=schema.get("uniqueItems", False),
                )
            case "object":
                return self._object(schema)
        return _TEXT

    def _text(self, schema: Schema) -> st.SearchStrategy[str]:
        if "pattern" in schema:
            return _matching(schema["pattern"])
        if schema.get("format") == "date-time":
            return st.builds(lambda: (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds"))
        if schema.get("description", "").startswith("YYYY-MM-DD"):
            return st.just("2026-12-01")
        low, high = schema.get("minLength", 1), schema.get("maxLength", 20)
        return _TEXT.filter(lambda text: low <= len(text) <= high)

    def _object(self, schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
        properties: dict[str, Schema] = schema.get("properties", {})
        if not properties and isinstance(schema.get("additionalProperties"), dict):
            return st.dictionaries(_NAME, self.of(schema["additionalProperties"]), max_size=2)
        required = schema.get("required", ())
        values = {name: self.of(inner) for name, inner in properties.items()}
        return st.fixed_dictionaries(
            {name: value for name, value in values.items() if name in required},
            optional={name: value for name, value in values.items() if name not in required},
        )


@cache
def _matching(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True).filter(str.isprintable)


def _rest(schema: Schema, key: str) -> Schema:
    return {name: value for name, value in schema.items() if name != key and name != "description"}
