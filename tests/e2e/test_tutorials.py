"""Every tutorial works as it stands: its lines in a shell of their own, with nothing else than the program."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.e2e.processes import PROGRAM, environment, run

TUTORIALS = sorted((Path(__file__).parents[2] / "docs/tutorials").glob("[a-z]*.md"))


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_works_as_it_stands(tutorial: Path, tmp_path: Path) -> None:
    text = tutorial.read_text()
    lines = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    path = f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {**environment(tmp_path / "data"), "HOME": str(tmp_path), "PATH": path}
    try:
        ended = subprocess.run(
            ["bash", "-euo", "pipefail"],
            cwd=tmp_path,
            input=lines,
            capture_output=True,
            text=True,
            timeout=240,
            env=variables,
        )
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
        for promised in re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            assert promised.strip() in ended.stdout
    finally:
        run(tmp_path / "data", "sandbox", "--end")


def test_the_list_of_tutorials_has_each() -> None:
    listed = (TUTORIALS[0].parent / "README.md").read_text()
    assert len(TUTORIALS) == 4
    assert all(f"({path.name})" in listed for path in TUTORIALS)
