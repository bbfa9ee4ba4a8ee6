"""Whether each task is within reach of the default surface by two searches: `python -m evals.find.play`.

A script plays the agent: it types the queries of `plays.toml`, each with the limit that `search_tools` has by itself.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
from mcp.client import Client

from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_tools.catalog.search import Index

PLAYS = Path(__file__).with_name("plays.toml")


@dataclass(frozen=True)
class Play:
    name: str
    queries: Sequence[str]
    needs: Sequence[str]

    @staticmethod
    def all() -> Iterable["Play"]:
        for kind, plays in tomllib.loads(PLAYS.read_text(encoding="utf-8")).items():
            yield from (Play(f"{kind} {name}", **play) for name, play in plays.items())


def unreachable(play: Play, names: Iterable[str]) -> list[str]:
    """The needs that none of these names does, nor a tool among them that does the work."""
    about = Index.load().about
    done = {id_ for name in names for id_ in (name, *about.get(name, ()))}
    return [need for need in play.needs if done.isdisjoint(need.split("/"))]


Found = Mapping[str, str | None]
"""The names that a search gave, and why each may not be called here."""


async def found(client: Client, play: Play) -> Found:
    names: dict[str, str | None] = {}
    for query in play.queries:
        result = await client.call_tool("search_tools", {"query": query})
        names |= {item["name"]: item.get("withheld") for item in (result.structured_content or {})["items"]}
    return names


async def main() -> None:
    async with local_server(Settings(), Selection(surface="default")) as server, Client(server) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        plays, failed = list(Play.all()), 0
        for play in plays:
            names = await found(client, play)
            missing = unreachable(play, [*listed, *names])
            failed += bool(missing)
            for line in (*(f"out of reach: {need}" for need in missing), *_withheld(play, names)):
                print(f"{play.name}: {line}")
        print(f"{len(plays) - failed} of {len(plays)} are within reach")


def _withheld(play: Play, names: Found) -> Iterable[str]:
    for need in play.needs:
        yield from (f"{id_} is withheld: {names[id_]}" for id_ in need.split("/") if names.get(id_))


if __name__ == "__main__":
    anyio.run(main)
