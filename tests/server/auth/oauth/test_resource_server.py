"""Challenges and metadata at the endpoints, and the scopes tool by tool."""

import json
from pathlib import Path

import pytest
from tests.server.auth.oauth.replica import KEY, Replica, running

pytestmark = pytest.mark.anyio

PATHS = ("/mcp", "/v2/mcp", "/v2/mcp/apps/messaging/mcp")


def tool_call(name: str, **arguments: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


async def baseline(replica: Replica) -> str:
    metadata = (await replica.http.get("/.well-known/oauth-protected-resource")).json()
    return " ".join(metadata["scopes_supported"])


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_credential_the_challenge_says_where_to_sign_in(replica: Replica, path: str) -> None:
    response = await replica.call(None, path)
    metadata = f"{replica.url}/.well-known/oauth-protected-resource{path}"
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == (
        f'Bearer scope="{await baseline(replica)}", resource_metadata="{metadata}"'
    )
    assert (await replica.http.get(metadata)).json()["resource"] == replica.url + path


@pytest.mark.parametrize("token", ["a.b.c", "KEYmade-up", "nonsense"])
async def test_with_a_bad_credential_the_challenge_names_the_error(replica: Replica, token: str) -> None:
    response = await replica.call(token)
    body = response.json()
    assert (response.status_code, body["error"]) == (401, "invalid_token")
    assert response.headers["www-authenticate"] == (
        f'Bearer error="invalid_token", error_description="{body["error_description"]}", '
        f'scope="{await baseline(replica)}", '
        f'resource_metadata="{replica.url}/.well-known/oauth-protected-resource/mcp"'
    )


async def test_an_api_key_works_beside_tokens(replica: Replica) -> None:
    answer = (await replica.call(KEY, body=tool_call("send_message"))).json()
    assert (answer["lane"], answer["scopes"]) == ("api_key", [])


async def test_every_endpoint_has_metadata_in_both_spellings(replica: Replica) -> None:
    paths = ["", *PATHS, "/v2/mcp/apps"]
    for group in replica.surfaces.groups:
        paths += [f"/v2/mcp/apps/{group}/mcp", f"/v2/mcp/apps/{group.replace('_', '-')}/mcp"]
    for path in paths:
        response = await replica.http.get(f"/.well-known/oauth-protected-resource{path}")
        metadata = response.json()
        assert metadata["resource"] == replica.url + path
        assert metadata["authorization_servers"] == [replica.url]
        assert metadata["scopes_supported"]
        assert all(scope.endswith(".read") for scope in metadata["scopes_supported"])
        assert metadata["bearer_methods_supported"] == ["header"]
        assert response.headers["access-control-allow-origin"] == "*"
    assert (await replica.http.get("/.well-known/oauth-protected-resource/elsewhere")).status_code == 404


async def test_the_authorization_server_describes_itself(replica: Replica) -> None:
    metadata = (await replica.http.get("/.well-known/oauth-authorization-server")).json()
    url = replica.url
    assert metadata == {
        "issuer": url,
        "authorization_endpoint": f"{url}/oauth/authorize",
        "token_endpoint": f"{url}/oauth/token",
        "registration_endpoint": f"{url}/oauth/register",
        "revocation_endpoint": f"{url}/oauth/revoke",
        "jwks_uri": f"{url}/oauth/jwks",
        "scopes_supported": (await baseline(replica)).split(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "service_documentation": url,
    }


async def test_only_public_halves_of_keys_are_published(replica: Replica) -> None:
    keys = (await replica.http.get("/oauth/jwks")).json()["keys"]
    assert [key["kty"] for key in keys] == ["EC"]
    assert keys[0].keys() == {"kty", "crv", "x", "y", "kid"}


@pytest.mark.parametrize("path", ["/mcp", "/v2/mcp"])
async def test_a_tool_beyond_the_scopes_steps_up_with_all_of_them(replica: Replica, path: str) -> None:
    token = (await replica.signed_in())["access_token"]
    response = await replica.call(token, path, tool_call("send_message"))
    body = response.json()
    assert (response.status_code, body["error"]) == (403, "insufficient_scope")
    assert response.headers["www-authenticate"] == (
        f'Bearer error="insufficient_scope", error_description="{body["error_description"]}", '
        'scope="messaging.read messaging.write numbers.read", '
        f'resource_metadata="{replica.url}/.well-known/oauth-protected-resource{path}"'
    )


async def test_stepping_up_leads_to_a_token_that_may(replica: Replica) -> None:
    client_id = (await replica.register())["client_id"]
    more = await replica.signed_in(client_id, scope="messaging.read messaging.write numbers.read")
    response = await replica.call(more["access_token"], body=tool_call("send_message"))
    assert response.status_code == 200
    assert json.loads(response.json()["body"]) == tool_call("send_message")


async def test_who_may_write_may_read(replica: Replica) -> None:
    token = (await replica.signed_in(scope="messaging.write"))["access_token"]
    assert (await replica.call(token, body=tool_call("get_message"))).status_code == 200
    assert (await replica.call(token, body=tool_call("list_phone_numbers"))).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Mcp-Method": "tools/call", "Mcp-Name": "get_message"},
        {"Mcp-Method": "tools/list"},
        {"Mcp-Method": "tools/call", "Mcp-Name": "get_message", "MCP-Protocol-Version": "2026-07-28"},
        {"MCP-Protocol-Version": "2025-06-18", "Mcp-Name": "get_message"},
    ],
)
async def test_routing_headers_cannot_hide_a_call(replica: Replica, headers: dict[str, str]) -> None:
    token = (await replica.signed_in())["access_token"]
    assert (await replica.call(token, body=tool_call("send_message"), **headers)).status_code == 403


async def test_a_body_that_parsers_may_read_differently_goes_no_further(replica: Replica) -> None:
    token = (await replica.signed_in())["access_token"]
    call = json.dumps(tool_call("send_message", n=0))
    for body in (
        call.replace('"n": 0', '"n": "\\ud800"').encode(),
        call.encode("utf-16"),
        b"\xef\xbb\xbf" + call.encode(),
        call.replace('"n": 0', '"n": ' + "9" * 5_000).encode(),
        b"{",
        b"",
    ):
        response = await replica.http.post("/mcp", content=body, headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 400
    twice = call.replace('"id": 1', '"method": "tools/list"').encode()
    response = await replica.http.post("/mcp", content=twice, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        tool_call("no_such_tool"),
        tool_call("get_message"),
        {"method": "tools/call", "params": {"name": 5}},
        {"method": "tools/call", "params": []},
        {"method": "tools/call"},
        [tool_call("get_message")],
        "text",
    ],
)
async def test_whatever_needs_no_more_scope_passes_as_it_is(replica: Replica, body: object) -> None:
    token = (await replica.signed_in())["access_token"]
    response = await replica.call(token, body=body)
    assert response.status_code == 200
    assert json.loads(response.json()["body"]) == body


async def test_a_tool_that_is_hidden_is_unknown_and_not_to_be_had_by_scopes(replica: Replica) -> None:
    token = (await replica.signed_in())["access_token"]
    for query in ("?groups=numbers", "?read_only=true", "?exclude_tools=send_message"):
        assert (await replica.call(token, f"/mcp{query}", tool_call("send_message"))).status_code == 200


@pytest.mark.parametrize(
    ("tool", "endpoint", "needed"),
    [
        ("write_api_endpoint", "send_message", "messaging.write"),
        ("delete_api_endpoint", "delete_messaging_profile", "messaging.write"),
    ],
)
async def test_a_generic_tool_needs_what_it_is_to_call_needs(
    replica: Replica, tool: str, endpoint: str, needed: str
) -> None:
    token = (await replica.signed_in())["access_token"]
    response = await replica.call(token, "/mcp?surface=full", tool_call(tool, endpoint=endpoint))
    assert response.status_code == 403
    assert needed in response.headers["www-authenticate"]
    enough = (await replica.signed_in(scope=needed))["access_token"]
    response = await replica.call(enough, "/mcp?surface=full", tool_call(tool, endpoint=endpoint))
    assert response.status_code == 200


async def test_failed_tokens_of_an_address_are_counted(tmp_path: Path) -> None:
    async with running(tmp_path, failures=3) as replica:
        good = (await replica.signed_in())["access_token"]
        assert [(await replica.call("a.b.c")).status_code for _ in range(4)] == [401, 401, 401, 429]
        assert (await replica.call(good)).status_code == 200
