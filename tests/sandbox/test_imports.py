"""Importing a module of the sandbox defines things and does nothing to other modules."""

import json
import subprocess
import sys
from pathlib import Path

WATCHED = Path(__file__).with_name("watched_imports.py")


def test_no_module_changes_what_another_one_holds() -> None:
    done = subprocess.run([sys.executable, str(WATCHED)], capture_output=True, text=True, check=True, timeout=60)
    report = json.loads(done.stdout)
    assert report["modules"] > 100
    assert report["changed"] == []
