"""The answer of a person at a terminal to what a call has to ask."""

import io
import sys

import pytest

from telnyx_remote_mcp.commands.asking import ask

pytestmark = pytest.mark.anyio

FORM = {"properties": {"answer": {"enum": ["Yes, once", "Yes, this tool for an hour"]}}}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("1\n", "Yes, once"),
        ("yes\n", "Yes, once"),
        ("what?\n0\n3\n2\n", "Yes, this tool for an hour"),
        ("n\n", None),
        ("\n", None),
        ("sure\n", None),
        ("", None),
    ],
)
async def test_nothing_but_a_choice_is_a_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, answer: str | None
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    given = await ask("May it?", FORM)
    assert (given.action, given.content.get("answer")) == ("decline" if answer is None else "accept", answer)
    told = capsys.readouterr()
    assert told.out == ""
    assert "May it?\n\n  1  Yes, once\n  2  Yes, this tool for an hour\n  n  No\n" in told.err
