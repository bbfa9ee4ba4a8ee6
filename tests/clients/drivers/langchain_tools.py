"""LangChain's adapters: python langchain_tools.py URL"""

import asyncio
import sys

from langchain_mcp_adapters.client import MultiServerMCPClient
from sign_in import provider
from sms import SEND, SMS


async def main(url):
    client = MultiServerMCPClient({"telnyx": {"transport": "http", "url": url, "auth": provider(url)}})
    tools = {tool.name: tool for tool in await client.get_tools()}
    await tools[SEND].ainvoke(SMS)


asyncio.run(main(sys.argv[1]))
