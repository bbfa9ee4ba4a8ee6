"""Looks for packages with known advisories, in the lock file and among the versions that pyproject.toml allows.

The committed list is always checked; `pip-audit` is run too if it is installed and reaches its data. Ends with 1 if
something is found. A list that is old only causes a warning.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OLD_DAYS = 60
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
_REQUIRED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*(?:>=|~=|==)\s*([0-9][0-9.]*)")


def main() -> int:
    listed = tomllib.loads((ROOT / "scripts/advisories.toml").read_text())
    found = [*below(listed["first"], pinned()), *below(listed["first"], floors())]
    for problem in found:
        print(problem)
    if not _asked():
        _warn_if_old(listed["checked"])
    elif subprocess.run(["pip-audit", "--disable-pip", "-r", ROOT / "requirements.lock"], check=False).returncode:
        print("warning: pip-audit found something, or did not reach its data; see above")
    if not found:
        print(f"audit: nothing known against {len(pinned())} packages, as of {listed['checked']}")
    return 1 if found else 0


def pinned() -> dict[str, str]:
    """The versions in the lock file."""
    return {name.lower(): version for name, version in _PINNED.findall((ROOT / "requirements.lock").read_text())}


def floors() -> dict[str, str]:
    """The lowest versions that `pyproject.toml` allows if somebody installs without the lock file."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    matches = (_REQUIRED.match(requirement) for requirement in project["dependencies"])
    return {match[1].lower(): match[2] for match in matches if match is not None}


def below(first: dict[str, str], versions: dict[str, str]) -> Iterator[str]:
    """The problems of these versions: those with an advisory."""
    for name, version in versions.items():
        if name in first and _parts(version) < _parts(first[name]):
            yield f"{name} {version} has known advisories; {first[name]} is the first version without"


def _parts(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in re.findall(r"\d+", version)]
    return tuple(parts + [0] * (6 - len(parts)))


def _asked() -> bool:
    return shutil.which("pip-audit") is not None


def _warn_if_old(checked: date) -> None:
    age = (datetime.now(UTC).date() - checked).days
    if age > OLD_DAYS:
        print(f"warning: scripts/advisories.toml is {age} days old; look for new advisories and set its date")


if __name__ == "__main__":
    sys.exit(main())
