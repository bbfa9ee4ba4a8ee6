"""An agent of pydantic-ai, with a model that follows a script: python pydantic_agent.py URL"""

import asyncio
import sys

from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel
from sms import SEND, SMS


def model(messages, info):
    assert SEND in {tool.name for tool in info.function_tools}
    return ModelResponse(parts=[ToolCallPart(SEND, SMS) if len(messages) == 1 else TextPart("Sent.")])


async def main(url):
    agent = Agent(FunctionModel(model), toolsets=[MCPToolset(url, auth="oauth")])
    assert (await agent.run("Send a message")).output == "Sent."


asyncio.run(main(sys.argv[1]))
