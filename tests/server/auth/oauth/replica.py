"""One replica of the server with its OAuth lane, on a real socket, and clients that sign in to it."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from tests.server.auth.upstream import Telnyx
from tests.server.serving import serving

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.auth.oauth import OAuth
from telnyx_remote_mcp.buckets import LocalRate
from telnyx_remote_mcp.composition.oauth import create_oauth
from telnyx_remote_mcp.gate.authenticate import Authenticate
from telnyx_remote_mcp.gate.select_surface import SelectSurface
from telnyx_remote_mcp.gate.step_up import StepUp
from telnyx_remote_mcp.http.edge import Edge
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.permission import Level, Permission, permission
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry

KEY = "KEY0123456789abcdef_MARKED"
CALLBACK = "https://agent.example.com/callback"
READS = frozenset({"messaging.read", "numbers.read"})
METADATA = {
    "redirect_uris": [CALLBACK],
    "client_name": "Agent",
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
}


@dataclass
class Replica:
    """A running server; `telnyx` says which keys are genuine."""

    url: str
    store: Store
    oauth: OAuth
    http: httpx2.AsyncClient
    telnyx: Telnyx
    surfaces: Surfaces
    app: Starlette

    async def register(self, **metadata: object) -> dict[str, str]:
        response = await self.http.post("/oauth/register", json={**METADATA, **metadata})
        assert response.status_code == 201, response.text
        registered: dict[str, str] = response.json()
        return registered

    async def ask(self, client_id: str, **changed: str | None) -> httpx2.Response:
        """What the browser of the person gets when the client sends it here. None leaves a parameter out."""
        parameters: dict[str, str | None] = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "scope": " ".join(sorted(READS)),
            "state": "the-state",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
            **changed,
        }
        query = {name: value for name, value in parameters.items() if value is not None}
        return await self.http.get("/oauth/authorize", params=query)

    async def granted(self, scopes: frozenset[str] = READS, client_id: str = "client", **narrowed: object) -> Grant:
        return await self.oauth.grants.create(
            client_id=client_id,
            client_name="Agent",
            account="key:" + "0" * 32,
            linked=ApiKeyLink(KEY),
            scopes=scopes,
            **{"permission": everything(self.surfaces), **narrowed},  # type: ignore[arg-type]  # the tests name what they change
        )

    async def approved(self, client_id: str, **changed: str | None) -> dict[str, str]:
        """What the client gets with the redirect after the person allowed all that it asked for."""
        request_id = await self.pending_id(client_id, **changed)
        pending = await self.oauth.server.pending(request_id)
        assert pending is not None
        grant = await self.granted(frozenset(pending.scopes), client_id)
        return parameters_of(await self.oauth.server.approve(request_id, grant))

    async def pending_id(self, client_id: str, **changed: str | None) -> str:
        response = await self.ask(client_id, **changed)
        assert response.status_code == 302, response.text
        assert response.headers["location"].startswith("/link?request=")
        return parameters_of(response.headers["location"])["request"]

    async def exchange(self, client_id: str, code: str, **changed: str | None) -> httpx2.Response:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changed,
        }
        return await self.post_token(form)

    async def refresh(self, client_id: str, token: str, **changed: str | None) -> httpx2.Response:
        return await self.post_token(
            {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": token, **changed}
        )

    async def post_token(self, form: Mapping[str, str | None]) -> httpx2.Response:
        return await self.http.post("/oauth/token", data={name: v for name, v in form.items() if v is not None})

    async def signed_in(self, client_id: str | None = None, **changed: str | None) -> dict[str, str]:
        """The tokens at the end of it all."""
        client_id = client_id or (await self.register())["client_id"]
        answer = await self.approved(client_id, **changed)
        response = await self.exchange(client_id, answer["code"])
        assert response.status_code == 200, response.text
        return {**response.json(), "client_id": client_id}

    async def call(self, token: str | None, path: str = "/mcp", body: object = None, **headers: str) -> httpx2.Response:
        """A request to an MCP endpoint."""
        bearer = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return await self.http.post(path, json=body or {}, headers={**bearer, **headers})


def everything(surfaces: Surfaces) -> Permission:
    """To spend in every product, and in the rest of the API."""
    return permission(dict.fromkeys(surfaces.products, Level.SPEND), Level.SPEND)


VERIFIER = secrets.token_urlsafe(48)


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def parameters_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def everything_in(directory: Path) -> bytes:
    """All that a thief of the files would have."""
    return b"".join(path.read_bytes() for path in directory.iterdir())


@asynccontextmanager
async def running(
    data_dir: Path,
    *,
    fetch: PublicFetch | None = None,
    public_url: str | None = None,
    failures: int = 1_000,
    secrets: Sequence[bytes] = (b"s" * 32,),
    **given: object,
) -> AsyncIterator[Replica]:
    """A replica on the store in `data_dir`; with `public_url` it is known by that name; `given` are settings."""
    middleware = [Middleware(Edge)]
    app, telnyx = Starlette(middleware=middleware), Telnyx(KEY)
    surfaces = Surfaces(registry(), Selection())
    async with serving(app) as url, Api("http://127.0.0.1:9/v2") as api, httpx2.AsyncClient(base_url=url) as http:
        settings = Settings(data_dir=data_dir, public_url=public_url or url, **given)  # type: ignore[arg-type]  # by their names
        keys = ApiKeys(telnyx.check, lambda: b"p" * 32)
        store = open_store(settings)
        oauth = create_oauth(settings, surfaces, api, keys, telnyx.check, Secret(*secrets), store, fetch)
        replica = Replica(settings.url, store, oauth, http, telnyx, surfaces, app)
        gate = Authenticate(
            SelectSurface(StepUp(_endpoint, oauth.resource_server), surfaces),
            keys,
            LocalRate(failures),
            oauth.resource_server,
        )
        paths = ("/mcp", "/v2/mcp", "/v2/mcp/apps/{slug}/mcp")
        app.router.routes.extend([*(Route(path, gate) for path in paths), *oauth.documents, *oauth.pages])
        yield replica
        await store.aclose()


async def _endpoint(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the gate: it says who came, what they see, and what they sent."""
    caller, surface = Caller.of(scope), Surface.of(scope)
    answer = {
        "principal": caller.principal,
        "lane": caller.lane,
        "scopes": sorted(caller.scopes or ()),
        "key": caller.credential.secret == KEY,
        "groups": surface.groups,
        "read_only": surface.only_reads,
        "body": (await receive())["body"].decode(),
    }
    await JSONResponse(answer)(scope, receive, send)
