"""What the published documents say."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp_types.version import SUPPORTED_PROTOCOL_VERSIONS

from telnyx_remote_mcp.discovery.ai_catalog import identifier
from telnyx_remote_mcp.discovery.card import app_card, server_card
from telnyx_remote_mcp.discovery.group_endpoints import App, apps
from telnyx_remote_mcp.discovery.registration import release_files
from telnyx_remote_mcp.discovery.remotes import TEMPLATE
from telnyx_remote_mcp.gate.select_surface import HEADERS
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.registry import registry

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "tests/fixtures/schemas"
NAME, VERSION, URL = "com.example.mcp/phones", "1.2.3", "https://mcp.example.com"


def validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / schema).read_text()))


def named(headers: list[dict[str, Any]]) -> set[str]:
    return {header["name"].lower() for header in headers}


@pytest.fixture(params=[URL, "http://127.0.0.1:8080", TEMPLATE])
def card(request: pytest.FixtureRequest, surfaces: Surfaces) -> Mapping[str, Any]:
    return server_card(NAME, VERSION, request.param, apps(request.param, surfaces))


def test_a_server_card_is_valid(card: Mapping[str, Any]) -> None:
    validator("server-card.schema.json").validate(card)


def test_the_card_of_every_group_is_valid() -> None:
    for app in apps(URL, Surfaces(registry(), Selection())):
        validator("server-card.schema.json").validate(app_card(NAME, VERSION, URL, app))


def test_a_summary_that_is_too_long_for_a_card_is_shortened() -> None:
    app = App("long", "Long", "many words " * 20, f"{URL}/v2/mcp/apps/long/mcp", 1)
    card = app_card(NAME, VERSION, URL, app)
    validator("server-card.schema.json").validate(card)
    assert str(card["description"]).endswith("…")


def test_a_card_names_every_protocol_version_newest_first(card: Mapping[str, Any]) -> None:
    for remote in card["remotes"]:
        assert remote["supportedProtocolVersions"] == sorted(SUPPORTED_PROTOCOL_VERSIONS, reverse=True)


def test_every_variable_of_a_remote_is_declared_and_used(card: Mapping[str, Any]) -> None:
    for remote in card["remotes"]:
        for name in remote.get("variables", {}):
            assert f"{{{name}}}" in remote["url"]
        assert remote["url"].count("{") == len(remote.get("variables", {}))


def test_the_main_remote_explains_every_header_that_selects_tools(card: Mapping[str, Any]) -> None:
    assert named(card["remotes"][0]["headers"]) == {"authorization", *HEADERS.values()}


def test_the_credential_of_a_remote_is_marked_as_a_secret(card: Mapping[str, Any]) -> None:
    for remote in card["remotes"]:
        (header,) = (header for header in remote["headers"] if header["name"] == "Authorization")
        assert header["isSecret"]
        assert header["variables"]["api_key"]["isSecret"]


def test_the_groups_to_choose_from_are_those_that_are_served(surfaces: Surfaces) -> None:
    narrowed = Surfaces(surfaces.registry, Selection(groups=("call_control",)))
    card: Mapping[str, Any] = server_card(NAME, VERSION, URL, apps(URL, narrowed))
    assert card["remotes"][1]["variables"]["app"]["choices"] == ["call-control"]


def test_an_app_counts_the_tools_that_it_lists(surfaces: Surfaces) -> None:
    narrowed = Surfaces(surfaces.registry, Selection(read_only=True))
    assert [(app.slug, app.tools) for app in apps(URL, surfaces)] == [("messaging", 2), ("call-control", 1)]
    assert [(app.slug, app.tools) for app in apps(URL, narrowed)] == [("messaging", 1)]


def test_an_identifier_turns_the_reverse_domain_around() -> None:
    assert identifier("com.example/weather") == "urn:air:example.com:mcp:weather"


@pytest.mark.parametrize("name", ["server-card.json", "server.json"])
def test_the_file_in_the_repository_is_what_the_generator_writes(name: str) -> None:
    assert (ROOT / name).read_bytes() == release_files()[name]


def test_the_registry_entry_is_valid() -> None:
    validator("registry-server.schema.json").validate(json.loads(release_files()["server.json"]))


def test_the_registry_entry_and_the_card_describe_the_same_server() -> None:
    card, entry = (json.loads(release_files()[name]) for name in ("server-card.json", "server.json"))
    for member in ("name", "title", "description", "version"):
        assert card[member] == entry[member]
    for in_card, in_entry in zip(card["remotes"], entry["remotes"], strict=True):
        assert {name: in_card[name] for name in in_entry} == in_entry
