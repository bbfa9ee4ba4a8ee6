"""The contract of every tool, as a file: a change of it is a diff that is reviewed.

`pytest tests/contract --update-snapshots` writes the files anew.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.contract.calling import TOOLS

from telnyx_tools.tool.tool import Tool

FOLDER = Path(__file__).parents[1] / "snapshots" / "tools"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_contract_of_a_tool_is_the_one_that_was_reviewed(tool: Tool, request: pytest.FixtureRequest) -> None:
    file = FOLDER / f"{tool.name}.json"
    if request.config.getoption("--update-snapshots"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(contract(tool), indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert contract(tool) == json.loads(file.read_text("utf-8"))


def test_no_contract_is_of_a_tool_that_is_gone(request: pytest.FixtureRequest) -> None:
    left = {file.stem: file for file in FOLDER.glob("*.json") if file.stem not in {tool.name for tool in TOOLS}}
    if request.config.getoption("--update-snapshots"):
        for file in left.values():
            file.unlink()
        return
    assert list(left) == []


def contract(tool: Tool) -> dict[str, Any]:
    """All that a client or an operator may rely on."""
    return {
        "name": tool.name,
        "aliases": list(tool.aliases),
        "title": tool.title,
        "description": tool.description,
        "annotations": tool.annotations,
        "policy": {
            "group": tool.group,
            "effect": tool.effect,
            "scope": tool.scope,
            "calls": list(tool.calls),
            **({"s3": list(tool.s3)} if tool.s3 else {}),
            **({"local": True} if tool.local else {}),
            "core": tool.core,
            "compact": tool.compact,
            "idempotent": tool.idempotent,
            "paid": tool.paid,
            "check": tool.check,
        },
        "input_schema": tool.input_schema,
        "output_schema": tool.output_schema,
    }
