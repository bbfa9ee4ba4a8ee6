"""FastMCP's client: python fast_mcp.py URL"""

import asyncio
import sys

from fastmcp import Client
from sms import SEND, SMS


async def main(url):
    async with Client(url, auth="oauth") as client:
        assert SEND in {tool.name for tool in await client.list_tools()}
        await client.call_tool(SEND, SMS)


asyncio.run(main(sys.argv[1]))
