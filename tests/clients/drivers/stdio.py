"""The official SDK over stdio, before a program that signs in: python stdio.py COMMAND…"""

import asyncio
import os
import sys

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from sms import SEND, SMS


async def main(command, *arguments):
    program = StdioServerParameters(command=command, args=list(arguments), env=dict(os.environ))
    async with Client(stdio_client(program)) as client:
        assert SEND in {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool(SEND, SMS)
        assert not result.is_error, result.content


asyncio.run(main(*sys.argv[1:]))
