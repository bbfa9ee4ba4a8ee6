"""Updates of resources whose PATCH requires some fields even if they do not change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telnyx_tools.api.client import Telnyx
from telnyx_tools.results.result import unwrapped


async def completed(
    telnyx: Telnyx, template: str, resource_id: str, body: dict[str, Any], required: Sequence[str]
) -> dict[str, Any]:
    """The body with all `required` fields. Those that it lacks are read from the resource; only texts are taken."""
    missing = [name for name in required if name not in body]
    if not missing:
        return body
    now = unwrapped(await telnyx.get(template, id=resource_id))
    texts = {name: now.get(name) for name in missing} if isinstance(now, dict) else {}
    return {**{name: text for name, text in texts.items() if isinstance(text, str)}, **body}
