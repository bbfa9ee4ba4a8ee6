"""mcp-use: python mcp_use_client.py URL"""

import asyncio
import socket
import sys

from mcp_use import MCPClient
from sms import SEND, SMS


async def main(url):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = MCPClient.from_dict({"mcpServers": {"telnyx": {"url": url, "auth": {"callback_port": port}}}})
    session = await client.create_session("telnyx")
    assert SEND in {tool.name for tool in await session.list_tools()}
    result = await session.call_tool(SEND, SMS)
    assert not result.isError, result.content
    await client.close_all_sessions()


asyncio.run(main(sys.argv[1]))
