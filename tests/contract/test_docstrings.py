"""The docstring of a module begins with what the module is."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("server/telnyx_remote_mcp", "tools/telnyx_tools", "sandbox/telnyx_sandbox")
QUESTION = re.compile(r"(What|Whether|Where|Who|Whom|Whose|Which|How|When|Why)\b")


def test_every_module_says_what_it_is_and_not_by_a_question() -> None:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    told = {str(path.relative_to(ROOT)): ast.get_docstring(ast.parse(path.read_text())) for path in paths}
    assert [path for path, text in told.items() if not text or QUESTION.match(text)] == []
