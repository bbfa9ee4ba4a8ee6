"""Every dependency is here for a reason that is written down."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_each_dependency_has_one_line_of_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = list(project["project"]["dependencies"])
    for extra in project["project"].get("optional-dependencies", {}).values():
        wanted += extra
    for group in project["dependency-groups"].values():
        wanted += [entry for entry in group if isinstance(entry, str)]
    reasons = re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    assert len(reasons) == len(set(reasons))
    assert {re.split(r"[<>=~!]", entry)[0] for entry in wanted} <= set(reasons)
