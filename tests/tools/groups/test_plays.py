"""The tasks that people give are within reach of what everybody gets who adds the URL, by two searches."""

from evals.find.play import Play, found, unreachable
from mcp.client import Client

from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_tools.catalog import Catalog
from telnyx_tools.registry import registry

WITHHELD = {"kinds charging a card", "kinds top-up", "kinds port-outs", "kinds users and audit"}


def test_a_play_asks_twice_at_most_for_what_exists() -> None:
    known = {*Catalog.load(), *registry().tools}
    for play in Play.all():
        assert len(play.queries) <= 2, play.name
        assert {id_ for need in play.needs for id_ in need.split("/")} <= known, play.name


async def test_every_task_is_within_reach_and_what_is_withheld_says_who_can_enable_it() -> None:
    async with local_server(Settings(), Selection(surface="default")) as server, Client(server) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        for play in Play.all():
            names = await found(client, play)
            assert unreachable(play, [*listed, *names]) == [], play.name
            why = [names[id_] for need in play.needs for id_ in need.split("/") if names.get(id_)]
            assert all("the operator of this server has to allow that (--allow " in str(each) for each in why)
            assert why or play.name not in WITHHELD
