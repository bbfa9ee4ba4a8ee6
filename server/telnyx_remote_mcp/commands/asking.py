"""Asking the person who typed a command, at their terminal, before a call goes on."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import anyio

from telnyx_remote_mcp.calls.question import Answer

NOT_HERE: Final = {
    "code": "approval_required",
    "title": "You have to agree first; nothing was done",
    "remedy": "Run it in a terminal, where it asks you, or with a policy that lets it run (--policy FILE).",
}
"""What is told where nobody can be asked."""
NO: Final = {"code": "refused", "title": "You said no; nothing was sent"}


def can_ask() -> bool:
    """Whether somebody can answer: what a program writes into the command is nobody's word."""
    return sys.stdin.isatty()


async def ask(text: str, form: Mapping[str, Any]) -> Answer:
    """The answer to a question whose form offers a choice; everything but a choice that was made is a no."""
    choices: Sequence[str] = form.get("properties", {}).get("answer", {}).get("enum", [])
    _write("\n".join([text, "", *(f"  {number}  {words}" for number, words in enumerate(choices, 1)), "  n  No", ""]))
    while True:
        _write("Your answer [n]: ")
        typed = await anyio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True)
        said = typed.strip().lower()
        if said in ("", "n", "no"):
            return Answer("decline")
        if said in ("y", "yes"):
            said = "1"
        if said.isdecimal() and 0 < int(said) <= len(choices):
            return Answer("accept", {"answer": choices[int(said) - 1]})


def show(text: str, url: str) -> None:
    """Tell where the person decides, where that is on a page."""
    _write(f"{text}\n\nDecide at {url}\n")


def _write(text: str) -> None:
    """Beside the result, which may be read by a program."""
    sys.stderr.write(text)
    sys.stderr.flush()
