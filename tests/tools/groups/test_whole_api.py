"""What an agent finds that knows nothing but what it wants to do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from evals.find.sets import SETS, Request, requests
from tests import contexts

from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.api.client import Api, Telnyx
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.finder import FLOOR
from telnyx_tools.catalog.search import Index
from telnyx_tools.registry import registry

Asked = Callable[..., Awaitable[list[dict[str, Any]]]]

RECALL = {"colloquial": 0.82, "colloquial_second": 0.89, "typed": 0.96, "typed_second": 0.96}
"""The share of a set whose wish is among the first five; it may only rise."""


def surface(ceiling: Selection = Selection(), **settings: bool) -> Surface:  # noqa: B008  # a frozen value
    return Surfaces(registry(), ceiling, **settings).of(Selection(surface="compact"))


@pytest.fixture
async def ask() -> AsyncIterator[Asked]:
    """Search as an agent does. Nothing is sent: there is no API at that address."""
    async with Api("http://127.0.0.1:9") as api:
        dispatch = contexts.dispatch(api)

        async def ask(
            query: str,
            limit: int = 8,
            within: Surface = contexts.EVERY_TOOL,
            tool: str = "search_tools",
            **more: object,
        ) -> list[dict[str, Any]]:
            given = {"query": query, "limit": limit, **more}
            answer = (await dispatch(contexts.call(registry().tools[tool], given, within))).wire()
            found: list[dict[str, Any]] = answer["items"]
            return found

        yield ask


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


async def test_what_people_want_is_among_the_first_five(ask: Asked) -> None:
    for file in SETS:
        judged = [request for request in requests(file) if request.accepted]
        missed = [request.number for request in judged if not await _fulfils(ask, request)]
        assert len(missed) <= (1 - RECALL.get(file.stem, 1)) * len(judged), missed  # the texts are not to be read


def test_every_entry_that_a_set_accepts_exists() -> None:
    known = {*registry().tools, *Catalog.load()}
    for file in SETS:
        assert [request for request in requests(file) if not request.accepted <= known] == []


async def _fulfils(ask: Asked, request: Request) -> bool:
    """Whether an accepted entry, or a tool that does the work of one, is among the first five."""
    about = Index.load().about
    found = names(await ask(request.text, 5))
    return not request.accepted.isdisjoint([*found, *(id_ for name in found for id_ in about.get(name, ()))])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("send SMS", "send_message"),
        ("text a customer", "send_message"),
        ("buy a phone number", "initiate_phone_number_order"),
        ("why did my call fail", "diagnose_call"),
        ("the call failed", "diagnose_call"),
        ("call dropped", "diagnose_call"),
        ("send a fax", "faxes.create"),
        ("disable a stolen SIM card", "sim_cards.actions.disable"),
        ("DNS records of an email domain", "email_domains.retrieve_dns_records"),
        ("turn on automatic top-up", "payment.auto_recharge_prefs.update"),
        ("add a call to a conference", "join_conference"),
        ("missed calls to our number yesterday", "search_detail_records"),
        # in other languages
        ("SMS verschicken", "send_message"),
        ("Rufnummer kaufen", "initiate_phone_number_order"),
        ("enviar un fax", "faxes.create"),
        ("comprar un número", "initiate_phone_number_order"),
        ("acheter un numéro de téléphone", "initiate_phone_number_order"),
        ("envoyer un SMS", "send_message"),
        # with slips of the hand
        ("sned a mesage", "send_message"),
        ("buy a phoen numbr", "initiate_phone_number_order"),
        ("cretae asistant", "create_assistant"),
    ],
)
async def test_the_common_things_are_found_first(ask: Asked, query: str, wanted: str) -> None:
    assert names(await ask(query))[0] == wanted


async def test_a_larger_limit_shows_more_and_changes_nothing_before(ask: Asked) -> None:
    for query in ("send SMS", "record a call", "forward calls that nobody takes", "stop that charge"):
        shown = [names(await ask(query, limit)) for limit in (5, 8, 20, 50)]
        assert all(more[: len(fewer)] == fewer for fewer, more in pairwise(shown)), query


async def test_nothing_is_found_rather_than_something_weak(ask: Asked) -> None:
    for query in ("lorem ipsum dolor sit amet", "zzyzx qwfpgj", "?!"):
        assert await ask(query) == []


async def test_a_tool_stands_for_the_operation_that_it_is_about(ask: Asked) -> None:
    found = names(await ask("send a text message", 50))
    assert "send_message" in found
    assert "messages.send" not in found


async def test_an_operation_shows_itself_where_its_tool_is_out_of_reach(ask: Asked) -> None:
    within = surface(Selection(exclude_tools=("get_balance", "get_account_overview")))
    found = await ask("what is my balance", 8, within)
    [balance] = [item for item in found if item["name"] == "balance.retrieve"]
    assert balance["withheld"] == "A tool that does this is excluded here, as the operator of this server chose"
    assert "call_with" not in balance


@pytest.mark.parametrize(
    ("query", "name", "ceiling", "reason"),
    [
        ("remove a user from the organization", "organizations.users.actions.remove", Selection(), "operator"),
        ("send a fax", "faxes.create", Selection(read_only=True), "read-only here, as the operator of this server"),
        (
            "send a fax",
            "faxes.create",
            Selection(groups=("api", "messaging")),
            "Only these groups are reachable here, as the operator of this server",
        ),
    ],
)
async def test_what_is_withheld_is_found_where_it_belongs_and_says_why(
    ask: Asked, query: str, name: str, ceiling: Selection, reason: str
) -> None:
    open_to_all = names(await ask(query, 5))
    found = {item["name"]: item for item in await ask(query, 5, surface(ceiling))}
    assert open_to_all[0] == name
    assert name in found
    assert reason in found[name]["withheld"]
    assert "call_with" not in found[name]


async def test_what_exists_in_two_forms_is_offered_once(ask: Asked) -> None:
    for query in ("upload a document", "documents upload json"):
        found = names(await ask(query, 50))
        assert len({"documents.upload", "documents.upload_json"}.intersection(found)) == 1


async def test_a_guess_offers_first_what_does_no_harm(ask: Asked) -> None:
    effects = [item["effect"] for item in await ask("weather in Paris tomorrow", 5)]
    harmful = [effect in {"spends", "destroy"} for effect in effects]
    assert harmful == sorted(harmful)


async def test_endpoints_are_operations_alone_within_group_and_effect(ask: Asked) -> None:
    found = await ask("send", 20, tool="list_api_endpoints", group="fax", effect="spends")
    assert "faxes.create" in names(found)
    assert {(item["kind"], item["effect"]) for item in found} == {("operation", "spends")}
    assert all(name in Catalog.load() and Catalog.load()[name].group == "fax" for name in names(found))
    assert len(await ask("", 50, tool="list_api_endpoints", group="fax")) == 11


async def test_every_match_says_what_it_does_in_a_sentence(ask: Asked) -> None:
    for item in await ask("port a number to you", 20):
        assert item["does"][0].isupper()
        assert item["call_with"] in {"read_api_endpoint", "write_api_endpoint", "delete_api_endpoint"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("delete_phone_number", "release_phone_number"),
        ("messages.create", "messages.send"),
        ("faxes.get", "faxes.retrieve"),
        ("faxes.remove", "faxes.delete"),
        ("sim_cards.change", "sim_cards.update"),
        ("list_number", "list_phone_numbers"),
    ],
)
async def test_a_name_that_does_not_exist_is_answered_with_those_that_do_the_same(name: str, meant: str) -> None:
    async with Api("http://127.0.0.1:9") as api:
        with pytest.raises(InvalidArguments) as refused:
            await contexts.dispatch(api)(contexts.call(registry().tools["describe_tool"], {"name": name}))
    [problem] = refused.value.problems
    assert f"Did you mean {meant}" in problem.problem


def test_the_floor_is_below_what_people_ask_for() -> None:
    assert 0 < FLOOR < 0.75


async def test_a_tool_called_by_name_answers_the_page_and_the_fields_that_were_asked_for(telnyx: Telnyx) -> None:
    async def read(endpoint: str = "list_whatsapp_templates", **view: object) -> dict[str, Any]:
        tool = registry().tools["read_api_endpoint"]
        given = {"endpoint": endpoint, **view}
        actions = contexts.AnyActions(telnyx)
        actions.tools = registry().tools
        answer = (await contexts.run(tool, given, contexts.context(telnyx, actions=actions))).wire()
        data: dict[str, Any] = answer["data"]
        return data

    first = await read(page_size=1, fields=["name"])
    assert [list(item) for item in first["items"]] == [["name"]]
    second = await read(page=first["next"], page_size=1)
    assert second["items"][0]["name"] != first["items"][0]["name"]
    full, summary = await read("list_phone_numbers", detail="full"), await read("list_phone_numbers")
    assert set(full["items"][0]) > set(summary["items"][0])
