"""This server as a client of Telnyx's authorization server."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.server.serving import serving

from telnyx_remote_mcp.auth.links import LinkLost, TelnyxLink
from telnyx_remote_mcp.auth.telnyx_sign_in import SignInFailed, TelnyxSignIn
from telnyx_sandbox import server as sandbox
from telnyx_sandbox.app import create_app
from telnyx_sandbox.oauth.routes import CLIENT_ID
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import TelnyxError

REDIRECT = "http://127.0.0.1:9/link/telnyx/callback"
VERIFIER = "v" * 43
NOW = 1_790_000_000.0


@pytest.fixture
async def sign_in() -> AsyncIterator[TelnyxSignIn]:
    async with sandbox.serving(create_app()) as base_url, Api(base_url) as api:
        yield TelnyxSignIn(api, CLIENT_ID, None, REDIRECT, clock=lambda: NOW)


async def allowed(sign_in: TelnyxSignIn, key: str = "KEY_sandbox_you") -> str:
    """The code that a person's consent gives."""
    async with httpx2.AsyncClient() as http:
        url = sign_in.url("st", VERIFIER, frozenset({"messaging.write"}))
        decided = await http.post(url, data={"key": key, "decision": "allow"})
    return parse_qs(urlsplit(decided.headers["location"]).query)["code"][0]


@asynccontextmanager
async def answering(*answers: Response) -> AsyncIterator[tuple[Api, list[Request]]]:
    """A token endpoint that gives these answers in turn, and the requests that it got."""
    seen: list[Request] = []
    left = list(answers)

    async def token(request: Request) -> Response:
        await request.form()
        seen.append(request)
        return left.pop(0)

    app = Starlette(routes=[Route("/v2/oauth/token", token, methods=["POST"])])
    async with serving(app) as url, Api(f"{url}/v2") as api:
        yield api, seen


def link(refresh_token: str | None = "r1") -> TelnyxLink:
    return TelnyxLink("a1", refresh_token, int(NOW), "account")


async def test_a_code_becomes_a_link_that_can_be_refreshed(sign_in: TelnyxSignIn) -> None:
    signed_in = await sign_in.exchange(await allowed(sign_in), VERIFIER)
    assert signed_in.scopes == {"messaging.write"}
    assert signed_in.link.expires_at == NOW + 1_800
    fresh = await sign_in.refresh(signed_in.link)
    assert fresh.account_id == signed_in.link.account_id != ""
    assert fresh.access_token != signed_in.link.access_token
    assert fresh.refresh_token != signed_in.link.refresh_token


async def test_a_used_refresh_token_means_that_the_link_is_lost(sign_in: TelnyxSignIn) -> None:
    signed_in = await sign_in.exchange(await allowed(sign_in), VERIFIER)
    await sign_in.refresh(signed_in.link)
    with pytest.raises(LinkLost):
        await sign_in.refresh(signed_in.link)


async def test_a_link_without_refresh_token_is_lost_at_its_end(sign_in: TelnyxSignIn) -> None:
    with pytest.raises(LinkLost):
        await sign_in.refresh(link(refresh_token=None))


async def test_a_code_that_telnyx_does_not_know_is_denied(sign_in: TelnyxSignIn) -> None:
    with pytest.raises(SignInFailed) as raised:
        await sign_in.exchange("made-up", VERIFIER)
    assert raised.value.denied


async def test_a_failure_of_telnyx_is_no_denial_and_loses_no_link() -> None:
    failures = [JSONResponse({"error": "server_error"}, 503) for _ in range(2)]
    async with answering(*failures) as (api, _):
        sign_in = TelnyxSignIn(api, "client", None, REDIRECT)
        with pytest.raises(SignInFailed) as raised:
            await sign_in.exchange("code", VERIFIER)
        assert not raised.value.denied
        with pytest.raises(TelnyxError, match="503"):
            await sign_in.refresh(link())


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, [], {"access_token": "a", "expires_in": "soon"}])
async def test_an_answer_without_usable_tokens_is_a_failure(body: object) -> None:
    async with answering(JSONResponse(body)) as (api, _):
        with pytest.raises(SignInFailed):
            await TelnyxSignIn(api, "client", None, REDIRECT).exchange("code", VERIFIER)


async def test_a_refresh_token_that_is_not_replaced_stays() -> None:
    async with answering(JSONResponse({"access_token": "a2"})) as (api, _):
        fresh = await TelnyxSignIn(api, "client", None, REDIRECT, clock=lambda: NOW).refresh(link())
    assert fresh == TelnyxLink("a2", "r1", int(NOW) + 1_800, "account")


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.e30.c", "a.W10.c", "..", "a.!.c"])
async def test_a_token_that_names_no_account_is_taken_all_the_same(token: str) -> None:
    async with answering(JSONResponse({"access_token": token})) as (api, _):
        signed_in = await TelnyxSignIn(api, "client", None, REDIRECT).exchange("code", VERIFIER)
    assert (signed_in.link.account_id, signed_in.scopes) == ("", None)


async def test_a_confidential_client_proves_itself_with_its_secret_in_the_header_alone() -> None:
    async with answering(JSONResponse({"access_token": "a2"})) as (api, seen):
        await TelnyxSignIn(api, "the client", "s:e/c", REDIRECT).exchange("code", VERIFIER)
    credentials = base64.b64decode(seen[0].headers["authorization"].removeprefix("Basic ")).decode()
    assert credentials == "the+client:s%3Ae%2Fc"
    assert "client_secret" not in await seen[0].form()


async def test_a_sign_in_at_telnyx_may_lead_through_all_of_its_sites() -> None:
    async with Api() as api:
        sign_in = TelnyxSignIn(api, "client", None, REDIRECT)
    assert (sign_in.host, sign_in.pages[1:]) == ("api.telnyx.com", ("https://*.telnyx.com",))


async def test_tokens_are_not_shown(sign_in: TelnyxSignIn) -> None:
    signed_in = await sign_in.exchange(await allowed(sign_in), VERIFIER)
    assert signed_in.link.access_token not in repr(signed_in)
