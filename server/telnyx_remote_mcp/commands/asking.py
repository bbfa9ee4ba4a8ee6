"""Asks the person at the terminal before a call goes on."""

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
"""The error if nobody can be asked."""
NO: Final = {"code": "refused", "title": "You said no; nothing was sent"}


def can_ask() -> bool:
    """Whether a person can answer. Input from a program does not count as a person's consent."""
    return sys.stdin.isatty()


async def ask(text: str, form: Mapping[str, Any]) -> Answer:
    """The answer to a question whose form offers a choice. Everything but a valid choice counts as no."""
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
    """Show the URL of the page on which the person decides, if there is one."""
    _write(f"{text}\n\nDecide at {url}\n")


def _write(text: str) -> None:
    """Write to stderr, since a program may read the result on stdout."""
    sys.stderr.write(text)
    sys.stderr.flush()
