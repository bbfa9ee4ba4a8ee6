"""Pins the newest versions of the clients: `python -m tests.clients.renew`; needs npm and uv.

Pinned are programs and libraries for Node in `package.json`, here and in tests/node, and those in Python in `locks`:
a `.in` file there names the clients, and the `.txt` beside it has versions and hashes, no addresses. Afterwards
`python -m tests.clients.run` says which of them still send their message.
"""

import json
import subprocess
from pathlib import Path

from tests.clients.desk import HERE, NODE
from tests.clients.programs import LOCKS

KEPT = {"node", "gpt-tokenizer", "@modelcontextprotocol/conformance"}
"""What is no client, and is renewed by hand."""
COMPILE = ("uv", "pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11")
LOCKED = ("--generate-hashes", "--no-emit-index-url", "--no-annotate")


def main() -> None:
    for manifest in (HERE / "package.json", NODE / "package.json"):
        _pin(manifest)
    for named in sorted(LOCKS.glob("*.in")):
        _lock(named)


def _pin(manifest: Path) -> None:
    content = json.loads(manifest.read_text())
    for kind in ("dependencies", "devDependencies"):
        for name in content.get(kind, {}).keys() - KEPT:
            content[kind][name] = _newest(name)
    manifest.write_text(json.dumps(content, indent=2) + "\n")


def _newest(name: str) -> str:
    asked = subprocess.run(["npm", "view", name, "dist-tags.latest"], check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def _lock(named: Path) -> None:
    says = ("--custom-compile-command", "python -m tests.clients.renew")
    subprocess.run(
        [*COMPILE, *LOCKED, *says, named.name, "--output-file", named.with_suffix(".txt").name], check=True, cwd=LOCKS
    )


if __name__ == "__main__":
    main()
