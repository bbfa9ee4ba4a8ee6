"""Selects the tools that a request sees, by its path, query and headers, within what the caller was granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.surface.selection import SURFACES, BadSelection, Name, Selection, UnknownChoice
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces

HEADERS = {
    "surface": "x-mcp-surface",
    "groups": "x-mcp-toolsets",
    "tools": "x-mcp-tools",
    "exclude_tools": "x-mcp-exclude-tools",
    "read_only": "x-mcp-readonly",
    "policy": "x-mcp-policy",
}
"""The header equivalent to each query parameter. Where both are sent, the parameter wins."""

_BY_PARAMETER = {name: name for name in HEADERS}
_BY_HEADER = {header: name for name, header in HEADERS.items()}

_TRUE, _FALSE = ("true", "1"), ("false", "0")


class SelectSurface:
    """Puts the surface that the request selects into its scope, or answers 400 or 404."""

    def __init__(self, app: ASGIApp, surfaces: Surfaces) -> None:
        self.app = app
        self._surfaces = surfaces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._select(scope).enter(scope)
        except Refusal as refusal:
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _select(self, scope: Scope) -> Surface:
        slug: str | None = scope.get("path_params", {}).get("slug")
        if slug is not None and slug.replace("-", "_") not in self._surfaces.groups:
            slugs = ", ".join(group.replace("_", "-") for group in self._surfaces.groups)
            raise Refusal(404, "unknown_app", f"There is no such app. Valid: {slugs}.")
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        headers = [(k.decode(), v.decode("latin-1")) for k, v in scope["headers"] if k.startswith(b"x-mcp-")]
        try:
            return self._surfaces.of(requested(slug, query, headers), Caller.of(scope).permission)
        except BadSelection as error:
            raise Refusal(400, "invalid_selection", str(error)) from None


def requested(slug: str | None, query: Iterable[tuple[str, str]], headers: Iterable[tuple[str, str]]) -> Selection:
    """The selection that a request makes; `headers` are those that begin with `x-mcp-`.

    Raises BadSelection for an unknown parameter, header or value, and for a parameter or header sent twice.
    """
    values = _given("header", headers, _BY_HEADER) | _given("query parameter", query, _BY_PARAMETER)
    return Selection(
        slug=slug.replace("-", "_") if slug is not None else None,
        surface=_surface(values.get("surface")),
        groups=_names(values.get("groups"), replace=True),
        tools=_names(values.get("tools")),
        exclude_tools=_names(values.get("exclude_tools")),
        read_only=_flag(values.get("read_only")),
        policy=_pairs(values.get("policy")),
    )


def _given(what: str, pairs: Iterable[tuple[str, str]], known: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise UnknownChoice(what, name, known)
        if known[name] in values:
            raise BadSelection(f"The {what} '{name}' is given more than once.")
        values[known[name]] = value
    return values


def _surface(value: str | None) -> Name | None:
    if value is None:
        return None
    for name in SURFACES:
        if value.strip() == name:
            return name
    raise UnknownChoice("surface", value, SURFACES)


def _names(value: str | None, *, replace: bool = False) -> tuple[str, ...]:
    names = (name.strip() for name in (value or "").split(","))
    return tuple(sorted({name.replace("-", "_") if replace else name for name in names if name}))


def _pairs(value: str | None) -> tuple[tuple[str, str], ...]:
    """`spends=ask, storage=read_only` as pairs."""
    pairs = [part.partition("=") for part in (value or "").split(",") if part.strip()]
    return tuple(sorted({(name.strip(), word.strip()) for name, _, word in pairs}))


def _flag(value: str | None) -> bool:
    if value is None:
        return False
    text = value.strip().lower()
    if text not in (*_TRUE, *_FALSE):
        raise UnknownChoice("value of read_only", value, ("true", "false"))
    return text in _TRUE
