"""Refusals: what every one of them says, wherever the server makes it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import telnyx_remote_mcp

SOURCES = Path(telnyx_remote_mcp.__file__).parent
LATER = {429, 503}


def told_to_come_later() -> Iterator[tuple[str, str]]:
    """The place and the text of each call in the server's source that makes an answer with one of these statuses."""
    for path in SOURCES.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and any(_is_later(argument) for argument in node.args):
                yield f"{path.relative_to(SOURCES)}:{node.lineno}", ast.get_source_segment(source, node) or ""


def _is_later(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and argument.value in LATER


def test_whoever_is_told_to_come_later_is_told_when() -> None:
    calls = list(told_to_come_later())
    assert len(calls) >= 10
    assert [place for place, text in calls if "retry_after(" not in text and "Retry-After" not in text] == []
