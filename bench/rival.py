"""The environment for FastMCP, which is not a dependency of the project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

FASTMCP = "4.1.0"
_HOME = Path(__file__).parent / ".venv"
_SHARED = ("mcp", "httpx2", "pydantic", "starlette", "uvicorn", "uvloop", "httptools")


def python() -> Path:
    """The Python interpreter of the environment, after installing FastMCP, with the project's versions of shared
    packages."""
    executable = _HOME / "bin" / "python"
    packages = [f"fastmcp=={FASTMCP}", *(f"{name}=={version(name)}" for name in _SHARED)]
    installed = _HOME / "installed"
    if not installed.exists() or installed.read_text() != "\n".join(packages):
        _install(executable, packages)
        installed.write_text("\n".join(packages))
    return executable


def _install(executable: Path, packages: list[str]) -> None:
    if uv := shutil.which("uv"):
        make = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(_HOME)]
        install = [uv, "pip", "install", "--quiet", "--python", str(executable)]
    else:
        make = [sys.executable, "-m", "venv", str(_HOME)]
        install = [str(executable), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(make, check=True)
    subprocess.run([*install, *packages], check=True)
