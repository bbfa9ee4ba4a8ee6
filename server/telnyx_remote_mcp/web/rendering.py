"""Rendering of the templates of the pages for people."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: object) -> str:
    """Render a template of `web/templates` with these values; a missing value is an error."""
    return _templates().get_template(template).render(values)


@cache
def _templates() -> Environment:
    # Imported with the first page: most servers never show one, and the engine takes 2 MB.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("telnyx_remote_mcp.web")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
