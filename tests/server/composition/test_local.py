"""The server for one person, where it differs from the one over HTTP."""

import subprocess
import sys

import anyio
import pytest
from mcp import Client
from tests.tools.api.upstream import Upstream, hang

from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings


@pytest.mark.anyio
async def test_calls_go_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Upstream(hang) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        async with (
            local_server(Settings(api_key="KEYtest_0123456789")) as server,
            Client(server) as client,
            anyio.create_task_group() as calls,
        ):
            calls.start_soon(client.call_tool, "get_message", {"message_id": "1"})
            await proxy.called.wait()
            calls.cancel_scope.cancel()
    assert (proxy.heard[0].method, proxy.heard[0].target) == ("CONNECT", "api.telnyx.com:443")


def test_the_first_answer_needs_no_tool_group() -> None:
    """Start-up is nearly that of the SDK alone, however many tools there are."""
    assert subprocess.run([sys.executable, "-c", FIRST_ANSWER], check=False).returncode == 0


FIRST_ANSWER = """
import sys, anyio
from mcp import Client
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.composition.local import local_server

def groups():
    return [name for name in sys.modules if name.startswith("telnyx_tools.groups.messaging")]

async def main():
    async with local_server(Settings(api_key="KEYtest_0123456789")) as server, Client(server) as client:
        before = groups()
        await client.list_tools()
        return bool(before) or not groups()

sys.exit(anyio.run(main))
"""
