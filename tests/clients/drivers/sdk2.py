"""The official SDK: python sdk2.py URL"""

import asyncio
import sys

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from sign_in import provider
from sms import SEND, SMS


async def main(url):
    async with (
        httpx2.AsyncClient(auth=provider(url), timeout=30) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        assert SEND in {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool(SEND, SMS)
        assert not result.is_error, result.content


asyncio.run(main(sys.argv[1]))
