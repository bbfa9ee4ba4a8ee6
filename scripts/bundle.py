"""Packs the bundle for Claude Desktop: scripts/bundle [OUT.mcpb]"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from telnyx_remote_mcp.discovery.bundle import contents

ROOT = Path(__file__).parents[1]


def main(out: str = "dist/telnyx.mcpb") -> None:
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        pack(wheel_of(Path(directory)), path)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB; open it with Claude Desktop")


def pack(wheel: Path, out: Path) -> None:
    """Write the bundle for this wheel."""
    with ZipFile(out, "w", ZIP_DEFLATED) as bundle:
        for name, text in contents(wheel.name).items():
            bundle.writestr(name, text)
        bundle.write(wheel, wheel.name, ZIP_STORED)


def wheel_of(directory: Path) -> Path:
    """Build this project as a wheel."""
    if (uv := shutil.which("uv")) is not None:
        command = [uv, "build", "--quiet", "--wheel", "--out-dir", str(directory), str(ROOT)]
    else:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(directory), str(ROOT)]
    subprocess.run(command, check=True)
    (wheel,) = directory.glob("*.whl")
    return wheel


if __name__ == "__main__":
    main(*sys.argv[1:])
