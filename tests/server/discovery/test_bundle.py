"""The bundle for Claude Desktop: a manifest that its specification takes, and a server that starts by it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast
from zipfile import ZipFile

from scripts.bundle import pack

from telnyx_remote_mcp.discovery.bundle import contents, manifest
from telnyx_remote_mcp.settings import Settings

REQUIRED = {"name", "version", "description", "author", "server"}
KNOWN = REQUIRED | {"manifest_version", "display_name", "tools_generated", "keywords", "license", "compatibility"}
ASKED = {"type", "title", "description", "required", "default", "sensitive"}
TYPES = {"string", "number", "boolean", "directory", "file"}


def test_the_manifest_keeps_to_the_rules_of_its_specification() -> None:
    """They are those of version 0.4, in which every object is closed."""
    told = cast("dict[str, Any]", manifest())
    assert told["manifest_version"] == "0.4"
    assert REQUIRED <= told.keys() <= KNOWN | {"user_config"}
    assert told["author"].keys() == {"name"}
    assert told["server"].keys() == {"type", "entry_point", "mcp_config"}
    assert told["server"]["mcp_config"].keys() == {"command", "args", "env"}
    assert told["compatibility"].keys() == {"platforms", "runtimes"}
    for asked in told["user_config"].values():
        assert {"type", "title", "description"} <= asked.keys() <= ASKED
        assert asked["type"] in TYPES
        assert asked.get("required") or "default" in asked  # else the server would be given the placeholder


def test_it_asks_for_settings_and_the_server_takes_each_answer(monkeypatch: Any) -> None:
    told = cast("dict[str, Any]", manifest())
    answers = {"api_key": "KEY_sandbox", "sandbox": "true", "read_only": "true", "file_roots": "/tmp"}
    assert answers.keys() == told["user_config"].keys()
    for variable, value in told["server"]["mcp_config"]["env"].items():
        placeholder = re.fullmatch(r"\$\{user_config\.(\w+)\}", value)
        assert placeholder is not None
        monkeypatch.setenv(variable, answers[placeholder[1]])
    settings = Settings()
    assert (settings.api_key, settings.sandbox, settings.read_only) == ("KEY_sandbox", True, True)
    assert settings.file_roots == ["/tmp"]
    for name, asked in told["user_config"].items():
        assert asked["type"] != "boolean" or Settings.model_fields[name].default is asked["default"]


def test_it_holds_the_server_and_starts_it(tmp_path: Path) -> None:
    wheel = tmp_path / "telnyx_remote_mcp-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"PK")
    pack(wheel, tmp_path / "telnyx.mcpb")
    with ZipFile(tmp_path / "telnyx.mcpb") as bundle:
        assert sorted(bundle.namelist()) == sorted([*contents(wheel.name), wheel.name])
        bundle.extractall(tmp_path / "out")
    assert wheel.name in (tmp_path / "out" / "pyproject.toml").read_text()
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    answered = subprocess.run(
        [sys.executable, told["server"]["entry_point"]],
        check=True,
        cwd=tmp_path / "out",
        env={**os.environ, "TELNYX_MCP_DATA_DIR": str(tmp_path / "data"), "TELNYX_API_KEY": "KEY0123456789"},
        input=json.dumps(message) + "\n",
        capture_output=True,
        text=True,
    )
    assert json.loads(answered.stdout)["result"]["serverInfo"]
