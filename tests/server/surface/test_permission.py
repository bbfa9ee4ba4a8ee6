"""Nothing is reached beyond what a person permitted: by tool, alias, generic tool, endpoint or argument."""

import random
from dataclasses import replace

import httpx2
import pytest
from tests import contexts
from tests.contract import storage
from tests.wires import MockWire

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.permission import NotPermitted, PermissionGuard
from telnyx_remote_mcp.surface.kinds import KINDS
from telnyx_remote_mcp.surface.permission import Level, Permission, needed, needed_for, permission
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.groups.whole_api import CALLERS
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result
from telnyx_tools.shared.presigned import PRESIGN
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.tool import Tool

SURFACES = Surfaces(registry(), Selection(), allowed=KINDS)
PRODUCTS = [name for name in SURFACES.groups if name not in registry().generic]
OPERATIONS = [OperationAction(operation) for operation in Catalog.load().values()]
SELECTIONS = [
    Selection(),
    Selection(surface="full"),
    Selection(surface="compact"),
    *(Selection(slug=group) for group in SURFACES.groups),
]
BUCKET = {"bucket_name": "private", "object_name": "hr.txt"}


def permissions() -> list[Permission]:
    """Every product alone at every level, every level of the rest, nothing, everything, and mixtures."""
    chance = random.Random(13)
    alone = [permission({name: level}, rest) for name in PRODUCTS for level in Level for rest in (None, Level.LOOK)]
    mixed = [
        permission(
            {name: chance.choice(list(Level)) for name in PRODUCTS if chance.random() < 0.5},
            chance.choice([None, *Level]),
        )
        for _ in range(50)
    ]
    rest = [permission({}, level) for level in (None, *Level)]
    return [*alone, *mixed, *rest, permission(dict.fromkeys(PRODUCTS, Level.SPEND), Level.SPEND)]


def shown(given: Permission, action: Action) -> bool:
    """Whether the page showed the action: in a product that was ticked, or in the rest, as far as it goes."""
    level = given.level(action.group) if action.group in registry().groups else given.rest
    return level is not None and level >= needed(action)


def reached(surface: Surface, action: Action) -> bool:
    """Whether a call of the action gets to Telnyx, if its caller has every scope."""
    direct = isinstance(action, Tool) and surface.find(action.name) is action
    by_name = surface.refusal(action) is None
    return (direct or by_name) and not surface.exceeded_by(action)


@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda selection: selection.slug or selection.surface)
def test_nothing_is_reached_that_the_page_did_not_show(selection: Selection) -> None:
    actions: list[Action] = [tool for tool in registry().tools.values() if tool.group in PRODUCTS]
    for given in permissions():
        surface = SURFACES.of(selection, given)
        beyond = [a.name for a in [*actions, *OPERATIONS] if reached(surface, a) and not shown(given, a)]
        assert beyond == []


def test_what_the_page_showed_is_reached() -> None:
    for given in permissions():
        surface = SURFACES.of(Selection(), given)
        actions = [*(tool for tool in registry().tools.values() if tool.group in PRODUCTS and not tool.local)]
        assert [a.name for a in actions if shown(given, a) and not reached(surface, a)] == []
        missing = [a.name for a in OPERATIONS if shown(given, a) and not reached(surface, a)]
        assert missing == []


def test_a_product_that_was_not_ticked_is_not_in_the_rest_of_the_api() -> None:
    surface = SURFACES.of(Selection(), permission({"messaging": Level.SPEND}, rest=Level.SPEND))
    assert surface.refusal(OperationAction(Catalog.load()["number_orders.create"])) is not None
    assert surface.refusal(OperationAction(Catalog.load()["messages.send"])) is None
    assert surface.refusal(OperationAction(Catalog.load()["email_messages.create"])) is None


def unasked(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError("it was sent")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("endpoint", "product"),
    [
        ("email_messages.create", "messaging"),
        ("messages.rcs.send", "messaging"),
        ("messaging_10dlc.brand.create", "messaging"),
        ("email_inboxes.list", "messaging"),
        ("portouts.update_status", "numbers"),
        ("portouts.list", "numbers"),
    ],
)
async def test_the_rest_of_the_api_is_not_reached_where_it_was_not_ticked(endpoint: str, product: str) -> None:
    surface = SURFACES.of(Selection(surface="full"), permission({product: Level.SPEND}))
    generic = registry().tools[CALLERS[Catalog.load()[endpoint].effect]]
    async with Api(wire=MockWire(unasked)) as api:
        call = contexts.call(generic, {"endpoint": endpoint}, surface)
        with pytest.raises(InvalidArguments) as caught:
            await contexts.dispatch(api, [PermissionGuard()])(call)
    assert "did not allow this product" in caught.value.problems[0].problem


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("upload_media", BUCKET),
        ("transcribe_audio", BUCKET),
        ("summarize_file", BUCKET),
        ("text_to_speech", {"text": "hello", **BUCKET}),
        ("create_embeddings", {"bucket_name": "private"}),
        ("embed_url", {"url": "https://example.com", "bucket_name": "private"}),
    ],
)
async def test_an_argument_reaches_into_another_product_only_where_that_is_permitted(
    tool: str, arguments: dict[str, object]
) -> None:
    action = registry().tools[tool]
    surface = SURFACES.of(Selection(), permission({action.group: Level.SPEND}))
    async with Api(wire=MockWire(unasked)) as api:
        with pytest.raises(NotPermitted, match="permitted"):
            await contexts.dispatch(api, [PermissionGuard()])(contexts.call(action, arguments, surface))


def least_in(action: Tool, product: str) -> Level:
    """The level in another product that all the tool's calls need there."""
    effects = [
        operation.effect
        for call in set(action.calls) - {PRESIGN}  # Telnyx alone is told that address, to read from
        for operation in Catalog.load().values()
        if call == f"{operation.method} {operation.path}" and operation.group == product
    ]
    changes_objects = product == "storage" and not set(action.s3) <= storage.READS
    return max([Level.LOOK, *map(needed_for, effects), *([Level.CHANGE] if changes_objects else [])])


async def passes(action: Tool, argument: str, given: Permission) -> bool:
    """Whether a call with this argument gets past the guard."""

    async def proceed(call: Call) -> Result:
        return Result()

    parsed = contexts.call(registry().tools["get_balance"], {}, SURFACES.of(Selection(), given))
    try:
        await PermissionGuard()(replace(parsed, action=action, arguments={argument: "1"}), proceed)
    except NotPermitted:
        return False
    return True


@pytest.mark.anyio
async def test_an_argument_goes_in_another_product_no_further_than_is_permitted_there() -> None:
    cases = [
        (tool, *each, level) for tool in registry().tools.values() for each in tool.borrowed.items() for level in Level
    ]
    for tool, argument, product, level in cases:
        given = permission({product: level, tool.group: Level.SPEND})
        expected = level >= least_in(tool, product)
        assert await passes(tool, argument, given) is expected, (tool.name, product, level)


def test_looking_at_a_product_lets_nobody_change_it_by_another_one() -> None:
    changing = {
        tool.name
        for tool in registry().tools.values()
        for each in tool.borrowed.values()
        if least_in(tool, each) > Level.LOOK
    }
    assert changing == {"set_up_webhooks", "text_to_speech", "embed_url"}


def test_every_tool_that_takes_a_bucket_of_storage_says_that_it_reaches_there() -> None:
    own_data = {
        # buckets that were embedded belong to the knowledge that the product is about
        "similarity_search",
        "get_embedded_bucket",
        "disable_bucket_embeddings",
    }
    taking = {
        tool.name
        for tool in registry().tools.values()
        if tool.group != "storage" and "bucket_name" in tool.input_schema["properties"]
    }
    assert {name for name in taking if not registry().tools[name].borrowed} == taking & own_data


def test_levels_are_what_the_page_says() -> None:
    assert needed(registry().tools["get_message"]) is Level.LOOK
    assert needed(registry().tools["send_message"]) is Level.SPEND
    assert needed(registry().tools["lookup_number"]) is Level.SPEND
    assert needed(registry().tools["update_messaging_profile"]) is Level.CHANGE
    assert needed(registry().tools["delete_messaging_profile"]) is Level.CHANGE
