"""The server for one person, where it differs from the one over HTTP."""

import anyio
import pytest
from mcp import Client
from tests.tools.api.upstream import Upstream, hang

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.stdio import local_server


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
