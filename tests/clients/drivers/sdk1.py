"""The official SDK before 2: python sdk1.py URL"""

import asyncio
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from sign_in import provider
from sms import SEND, SMS


async def main(url):
    async with (
        streamablehttp_client(url, auth=provider(url)) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        assert SEND in {tool.name for tool in (await session.list_tools()).tools}
        result = await session.call_tool(SEND, SMS)
        assert not result.isError, result.content


asyncio.run(main(sys.argv[1]))
