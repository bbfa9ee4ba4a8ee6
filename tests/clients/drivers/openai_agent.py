"""An agent of the OpenAI Agents SDK: python openai_agent.py URL MODEL_URL"""

import asyncio
import sys

from agents import Agent, OpenAIResponsesModel, Runner, set_tracing_disabled
from agents.mcp import MCPServerStreamableHttp
from openai import AsyncOpenAI
from sign_in import provider


async def main(url, model_url):
    set_tracing_disabled(True)
    model = OpenAIResponsesModel("scripted", AsyncOpenAI(base_url=model_url, api_key="none"))
    async with MCPServerStreamableHttp(
        {"url": url, "auth": provider(url)}, client_session_timeout_seconds=60
    ) as server:
        agent = Agent("Agent", mcp_servers=[server], model=model)
        assert (await Runner.run(agent, "Send a message")).final_output == "Sent."


asyncio.run(main(*sys.argv[1:]))
