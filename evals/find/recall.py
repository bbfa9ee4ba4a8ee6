"""How often `search_tools` shows what a request wants: `python -m evals.find.recall`.

It asks the default surface over MCP and prints shares alone, so that nobody reads what judges.
"""

from collections.abc import Sequence

import anyio
from mcp.client import Client

from evals.find.sets import SETS, Request, requests
from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_tools.catalog.search import Index

LIMITS = (5, 8, 20)


async def search(client: Client, query: str, limit: int) -> list[str]:
    """The names that an agent reads."""
    result = await client.call_tool("search_tools", {"query": query[:200], "limit": limit})
    return [item["name"] for item in (result.structured_content or {})["items"]]


def fulfils(names: Sequence[str], request: Request) -> bool:
    """Whether an accepted entry is among the names, or a tool that does the work of one."""
    about = Index.load().about
    return not request.accepted.isdisjoint([*names, *(id_ for name in names for id_ in about.get(name, ()))])


async def main() -> None:
    async with local_server(Settings(), Selection(surface="default")) as server, Client(server) as client:
        for file in SETS:
            judged = [request for request in requests(file) if request.accepted]
            for split in sorted({request.split for request in judged}):
                await _report(client, file.stem, split, [request for request in judged if request.split == split])


async def _report(client: Client, name: str, split: str, wanted: Sequence[Request]) -> None:
    shares = []
    for limit in LIMITS:
        found = [fulfils(await search(client, request.text, limit), request) for request in wanted]
        shares.append(f"@{limit} {sum(found) / len(found):.3f}")
    print(f"{name:12}{split:8}{len(wanted):4}  {'  '.join(shares)}")


if __name__ == "__main__":
    anyio.run(main)
