"""A server with the public routes alone, on a real socket, with two small tool groups."""

import socket
import threading
from collections.abc import Iterator

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from telnyx_remote_mcp.discovery.routes import apps_response, discovery_routes
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.web.page import page_routes
from telnyx_tools.api.client import Telnyx
from telnyx_tools.registry import Registry
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import Group

PUBLIC_URL = "https://mcp.example.com"

messaging = Group("messaging", title="Messaging", summary="Text messages.")
call_control = Group("call_control", title="Call <control>", summary="Calls & what happens during them.")


@messaging.tool(effect=Effect.SPENDS, scope="messaging.write", calls="POST /messages", core=True)
async def send_message(telnyx: Telnyx, to: str, text: str) -> Result:
    """Send one message."""
    raise NotImplementedError


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messages/{id}")
async def get_message(telnyx: Telnyx, message_id: str) -> Result:
    """Read one message."""
    raise NotImplementedError


@call_control.tool(effect=Effect.WRITE, scope="calls.write", calls="POST /calls/{id}/actions/hangup", core=True)
async def hangup(telnyx: Telnyx, call_control_id: str) -> Result:
    """End a call."""
    raise NotImplementedError


@pytest.fixture(scope="session")
def surfaces() -> Surfaces:
    return Surfaces(Registry(lambda: (messaging, call_control)), Selection())


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(public_url=PUBLIC_URL, server_name="com.example.mcp/phones")


@pytest.fixture(scope="session")
def http(settings: Settings, surfaces: Surfaces) -> Iterator[httpx2.Client]:
    routes = [
        *discovery_routes(settings, surfaces),
        *page_routes(settings, surfaces),
        Route("/v2/mcp/apps", apps_response(settings, surfaces), methods=["GET"]),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        with httpx2.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            yield client
        server.should_exit = True
        thread.join()
