"""Harmless text: what others wrote, of what is seen alone, and without the signs by which models tell roles apart."""

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
"""What tokenizers of models make one token of, which begins or ends a role, and no person writes."""
_INSTEAD: Final = {"<": "\u2039", "[": "\u27e6"}


def harmless(text: str, most: int) -> str:
    """The text without what nobody sees, with signs of roles broken, and cut where it is longer than `most`."""
    shown = visible(text)
    if "<" in shown or "[" in shown:
        shown = _ROLES.sub(lambda found: _INSTEAD[found[0]], shown)
    return shown if len(shown) <= most else f"{shown[:most]}…"
