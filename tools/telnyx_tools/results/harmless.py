"""Makes texts of others harmless for a model: removes invisible characters, and breaks the marks of chat roles."""

from __future__ import annotations

import re
from typing import Final

from telnyx_tools.results.visible import visible

_ROLES: Final = re.compile(
    r"<(?=[|\uff5c][^<>\n]{1,60}[|\uff5c]>)"
    r"|<(?=</?sys>>)"
    r"|<(?=/?(?:start_of_turn|end_of_turn|bos|eos|tool_call|tool_response|tool_calls|function_calls|function_results"
    r"|system-reminder)\b)"
    r"|\[(?=/?(?:inst|tool_results|tool_calls|available_tools|system_prompt)\])",
    re.IGNORECASE,
)
"""Texts that tokenizers of models read as one token that begins or ends a role. No person writes them."""
_INSTEAD: Final = {"<": "\u2039", "[": "\u27e6"}


def harmless(text: str, most: int) -> str:
    """The text without invisible characters, with marks of roles broken, and cut to `most` characters."""
    shown = visible(text)
    if "<" in shown or "[" in shown:
        shown = _ROLES.sub(lambda found: _INSTEAD[found[0]], shown)
    return shown if len(shown) <= most else f"{shown[:most]}…"
