"""How the published documents are served."""

import json
from pathlib import Path

import httpx2
import pytest
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.routing import Route

from telnyx_remote_mcp.discovery.routes import discovery_routes
from telnyx_remote_mcp.http.health import health_routes
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.surfaces import Surfaces

SCHEMA = json.loads((Path(__file__).parents[2] / "fixtures/schemas/server-card.schema.json").read_text())
CARD_TYPE = "application/mcp-server-card+json"
ENDPOINT = "https://mcp.example.com/v2/mcp"

CARDS = [
    "/v2/mcp/server-card",
    "/mcp/server-card",
    "/v2/mcp/apps/messaging/mcp/server-card",
    "/v2/mcp/apps/call-control/mcp/server-card",
    "/v2/mcp/apps/call_control/mcp/server-card",
]
SCANNED = [
    "/.well-known/mcp/server-card.json",
    "/.well-known/mcp/server-card",
    "/.well-known/mcp-server-card",
    "/.well-known/mcp.json",
]
CATALOGS = ["/.well-known/ai-catalog.json", "/.well-known/mcp/catalog.json"]


def test_every_route_is_tested_here(settings: Settings, surfaces: Surfaces) -> None:
    assert {route.path for route in discovery_routes(settings, surfaces)} == {*CARDS, *SCANNED, *CATALOGS}


@pytest.mark.parametrize("path", [*CARDS, *SCANNED])
def test_a_card_is_served_with_its_own_media_type(http: httpx2.Client, path: str) -> None:
    response = http.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, CARD_TYPE)
    Draft202012Validator(SCHEMA).validate(response.json())


@pytest.mark.parametrize("path", [*CARDS, *SCANNED, *CATALOGS])
def test_any_web_page_may_read_and_cache_a_document(http: httpx2.Client, path: str) -> None:
    response = http.get(path, headers={"Origin": "https://elsewhere.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-expose-headers"] == "ETag"
    assert response.headers["cache-control"] == "public, max-age=3600"
    preflight = http.options(path)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "GET"
    assert preflight.headers["access-control-allow-headers"] == "Content-Type, If-None-Match"


@pytest.mark.parametrize("path", [*CARDS, *SCANNED, *CATALOGS])
def test_an_unchanged_document_is_not_sent_again(http: httpx2.Client, path: str) -> None:
    etag = http.get(path).headers["etag"]
    for value in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = http.get(path, headers={"If-None-Match": value})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    assert http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", CARD_TYPE),
        ("application/json", "application/json"),
        (f"application/json, {CARD_TYPE}", CARD_TYPE),
    ],
)
def test_plain_json_is_for_who_asks_for_nothing_else(http: httpx2.Client, accept: str, media_type: str) -> None:
    response = http.get(SCANNED[0], headers={"Accept": accept})
    assert response.headers["content-type"] == media_type
    assert response.headers["vary"] == "Accept"


def test_head_answers_like_get_without_a_body(http: httpx2.Client) -> None:
    head, get = http.head(CARDS[0]), http.get(CARDS[0])
    assert (head.status_code, head.content) == (200, b"")
    assert (head.headers["etag"], head.headers["content-length"]) == (get.headers["etag"], str(len(get.content)))


@pytest.mark.parametrize("path", [*CARDS, *CATALOGS])
def test_nobody_can_post_to_a_document(http: httpx2.Client, path: str) -> None:
    assert http.post(path).status_code == 405


def test_a_card_points_to_the_public_url_whatever_host_was_asked(http: httpx2.Client) -> None:
    card = http.get(CARDS[0], headers={"Host": "attacker.example", "X-Forwarded-Host": "attacker.example"}).json()
    assert card["remotes"][0]["url"] == ENDPOINT
    assert "attacker" not in json.dumps(card)


@pytest.mark.parametrize("slug", ["messaging", "call-control"])
def test_the_card_of_a_group_offers_that_group_alone(http: httpx2.Client, slug: str) -> None:
    card = http.get(f"/v2/mcp/apps/{slug}/mcp/server-card").json()
    assert [remote["url"] for remote in card["remotes"]] == [f"{ENDPOINT}/apps/{slug}/mcp"]
    assert card["name"] == f"com.example.mcp/phones-{slug}"


@pytest.mark.parametrize("path", SCANNED)
def test_a_scanner_of_the_older_proposal_finds_its_members(http: httpx2.Client, path: str) -> None:
    card = http.get(path).json()
    assert card.items() >= http.get(CARDS[0]).json().items()
    assert card["transport"] == {"type": "streamable-http", "endpoint": "/v2/mcp"}
    assert card["authentication"] == {"required": True, "schemes": ["bearer", "oauth2"]}
    assert [tool["name"] for tool in card["tools"]] == ["send_message", "hangup"]
    assert card["tools"][0]["inputSchema"]["required"] == ["to", "text"]


@pytest.mark.parametrize(("path", "spec_version"), list(zip(CATALOGS, ("1.0", "draft"), strict=True)))
def test_a_catalog_leads_to_the_card_of_each_server(http: httpx2.Client, path: str, spec_version: str) -> None:
    catalog = http.get(path).json()
    assert catalog["specVersion"] == spec_version
    assert len({entry["identifier"] for entry in catalog["entries"]}) == 3
    for entry in catalog["entries"]:
        card = http.get(httpx2.URL(entry["url"]).path).json()
        assert entry["url"] == f"{card['remotes'][0]['url']}/server-card"
        assert entry["displayName"] == card["title"]
        assert entry["identifier"] == f"urn:air:mcp.example.com:mcp:{card['name'].partition('/')[2]}"


def test_the_list_of_apps_says_where_each_group_is(http: httpx2.Client) -> None:
    response = http.get("/v2/mcp/apps")
    assert response.headers["cache-control"] == "private, max-age=300"
    assert response.json()["data"][1] == {
        "slug": "call-control",
        "title": "Call <control>",
        "description": "Calls & what happens during them.",
        "url": f"{ENDPOINT}/apps/call-control/mcp",
        "transport": "streamable-http",
        "tools": 1,
        "server_card": f"{ENDPOINT}/apps/call-control/mcp/server-card",
    }


@pytest.mark.anyio
async def test_the_server_is_ready_only_when_it_says_so() -> None:
    state = {"ready": False}
    routes = list[Route](health_routes(lambda: state["ready"]))
    transport = httpx2.ASGITransport(Starlette(routes=routes))
    async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        state["ready"] = True
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/healthz")).headers["cache-control"] == "no-store"
