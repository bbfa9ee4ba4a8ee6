"""The clients: how each signs in for the first time, and then sends a message."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.clients.desk import HERE, NODE, Desk
from tests.clients.drivers.sms import SEND, SMS

PROMPT = "Send a message"


@dataclass(frozen=True)
class Client:
    """How a client sends a message, its package, and the file that pins it.

    `note` is what a person has to do for this client beside signing in, or what it cannot do.
    """

    send: Callable[[Desk], Awaitable[None]]
    package: str
    pins: Path
    note: str = ""

    @property
    def lock(self) -> str:
        """The lock file that has to be installed for it; none for what this project has, or Node."""
        return self.pins.stem if self.pins.parent == LOCKS else ""

    @property
    def version(self) -> str:
        """The version that is pinned."""
        text = self.pins.read_text()
        if self.pins.suffix == ".json":
            manifest = json.loads(text)
            return str({**manifest.get("dependencies", {}), **manifest.get("devDependencies", {})}[self.package])
        pinned = re.search(rf"^{self.package}==(\S+)", text, re.MULTILINE)
        assert pinned is not None, self.package
        return pinned[1]


async def python_sdk(desk: Desk) -> None:
    await desk.drive("sdk2.py", desk.url)


async def older_python_sdk(desk: Desk, *, lock: str) -> None:
    await desk.drive("sdk1.py", desk.url, lock=lock)


async def typescript_sdk(desk: Desk) -> None:
    await desk.run("node", HERE / "drivers" / "sdk.js", desk.url, SEND, json.dumps(SMS))


async def inspector(desk: Desk) -> None:
    call = ("--method", "tools/call", "--tool-name", SEND, "--tool-args-json", json.dumps(SMS))
    await desk.run("mcp-inspector", "--cli", desk.url, "--transport", "http", *call, "--format", "json")


async def mcp_remote(desk: Desk) -> None:
    await desk.drive("stdio.py", "mcp-remote", desk.url)


async def mcpc(desk: Desk) -> None:
    await desk.run("mcpc", "login", desk.url, answers={"Press Enter": "\r"})
    await desk.run("mcpc", "connect", desk.url, "@telnyx")
    try:
        await desk.run("mcpc", "@telnyx", "tools-call", SEND, json.dumps(SMS))
    finally:
        await desk.run("mcpc", "close", "@telnyx")


async def fastmcp(desk: Desk) -> None:
    await desk.drive("fast_mcp.py", desk.url, lock="mcp-2")


async def pydantic_ai(desk: Desk) -> None:
    await desk.drive("pydantic_agent.py", desk.url, lock="mcp-2")


async def openai_agents(desk: Desk) -> None:
    await desk.drive("openai_agent.py", desk.url, f"{desk.model}/v1", lock="mcp-2")


async def langchain(desk: Desk) -> None:
    await desk.drive("langchain_tools.py", desk.url, lock="mcp-1")


async def mcp_use(desk: Desk) -> None:
    await desk.drive("mcp_use_client.py", desk.url, lock="mcp-1", MCP_USE_ANONYMIZED_TELEMETRY="false")


async def claude_code(desk: Desk) -> None:
    model = {"ANTHROPIC_BASE_URL": desk.model, "ANTHROPIC_API_KEY": "none", "ENABLE_TOOL_SEARCH": "false"}
    quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
    await desk.run("claude", "mcp", "add", "--transport", "http", "telnyx", desk.url, **quiet)
    await desk.run("claude", "mcp", "login", "telnyx", **quiet)
    _see("Connected", await desk.run("claude", "mcp", "list", **quiet))
    await desk.run("claude", "-p", PROMPT, "--allowedTools", f"mcp__telnyx__{SEND}", **model, **quiet)


async def codex(desk: Desk) -> None:
    await desk.run("codex", "mcp", "add", "telnyx", "--url", desk.url)
    _see("OAuth", await desk.run("codex", "mcp", "list"))
    scripted = f'{{name="scripted", base_url="{desk.model}/v1", wire_api="responses"}}'
    options = (
        'model="scripted"',
        'model_provider="scripted"',
        f"model_providers.scripted={scripted}",
        'mcp_servers.telnyx.default_tools_approval_mode="approve"',
        "analytics.enabled=false",
    )
    configured = [part for option in options for part in ("-c", option)]
    await desk.run("codex", "exec", "--skip-git-repo-check", *configured, PROMPT)


async def gemini_cli(desk: Desk) -> None:
    model = {"GOOGLE_GEMINI_BASE_URL": desk.model, "GEMINI_API_KEY": "none", "GEMINI_CLI_TRUST_WORKSPACE": "true"}
    await desk.run("gemini", "mcp", "add", "--transport", "http", "--scope", "user", "--trust", "telnyx", desk.url)
    settings = desk.home / ".gemini" / "settings.json"
    written = json.loads(settings.read_text())
    written["mcpServers"]["telnyx"]["oauth"] = {"enabled": True}
    written |= {"security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": False}}
    settings.write_text(json.dumps(written))
    await desk.run("gemini", "-m", "gemini-2.5-pro", "-p", PROMPT, answers={"[Y/n]": "y\n"}, **model)
    _see("Connected", await desk.run("gemini", "mcp", "list", **model))


def _see(text: str, output: str) -> None:
    assert text in output, output


LOCKS = HERE / "locks"
_ROOT = HERE.parents[1]
_HERE, _NODE = HERE / "package.json", NODE / "package.json"
_MCP_1, _MCP_2 = LOCKS / "mcp-1.txt", LOCKS / "mcp-2.txt"
OLDER = {"1.9.4": "", "1.12.4": "sends every request twice", "1.16.0": ""}
"""Versions of the Python SDK that reject a token whose scope is wider than what they asked for."""

CLIENTS = {
    "claude-code": Client(claude_code, "@anthropic-ai/claude-code", _HERE, "signs in with `claude mcp login`"),
    "codex": Client(codex, "@openai/codex", _HERE, "asks before each tool, or `default_tools_approval_mode`"),
    "fastmcp": Client(fastmcp, "fastmcp", _MCP_2),
    "gemini-cli": Client(gemini_cli, "@google/gemini-cli", _HERE, "needs `oauth: {enabled: true}` in its settings"),
    "inspector": Client(inspector, "@modelcontextprotocol/inspector", _NODE),
    "langchain": Client(langchain, "langchain-mcp-adapters", _MCP_1, "signs in by the SDK"),
    "mcp-remote": Client(mcp_remote, "mcp-remote", _HERE),
    "mcp-use": Client(mcp_use, "mcp-use", _MCP_1),
    "openai-agents": Client(openai_agents, "openai-agents", _MCP_2, "signs in by the SDK"),
    "pydantic-ai": Client(pydantic_ai, "pydantic-ai-slim", _MCP_2),
    "python-sdk": Client(python_sdk, "mcp", _ROOT / "requirements-dev.lock"),
    "typescript-sdk": Client(typescript_sdk, "@modelcontextprotocol/client", _NODE),
}
"""Those of CI."""
OTHERS = {
    "mcpc": Client(mcpc, "@apify/mcpc", _HERE, "its process has five seconds to start: for a machine at rest"),
    **{
        f"python-sdk-{version}": Client(
            partial(older_python_sdk, lock=f"mcp-{version}"), "mcp", LOCKS / f"mcp-{version}.txt", note
        )
        for version, note in OLDER.items()
    },
}
"""Those that are run by name, or by `others`."""
