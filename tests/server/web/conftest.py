"""The pages on a real socket, before a sandbox."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from starlette.applications import Starlette
from tests.server.serving import serving
from tests.server.web.people import Answers, Site

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.telnyx_sign_in import TelnyxSignIn
from telnyx_remote_mcp.auth.verdicts import balance_check
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry.meter import Decision, Meter
from telnyx_remote_mcp.web.linking.routes import CALLBACK_PATH, linking_routes
from telnyx_remote_mcp.web.linking.services import Services
from telnyx_sandbox import server as sandbox_server
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.oauth.routes import CLIENT_ID
from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry


@pytest.fixture
async def upstream() -> AsyncIterator[str]:
    async with sandbox_server.serving(create_sandbox()) as base_url:
        yield base_url


class Decisions(Meter):
    """Notes what people decided on the linking page."""

    def __init__(self) -> None:
        self.made: list[Decision] = []

    def link(self, decision: Decision) -> None:
        self.made.append(decision)


@pytest.fixture
def decisions() -> Decisions:
    return Decisions()


@pytest.fixture
async def site(tmp_path: Path, upstream: str, decisions: Decisions) -> AsyncIterator[Site]:
    settings = Settings(data_dir=tmp_path, api_base_url=upstream)
    secret = Secret(b"s" * 32)
    store = open_store(settings)
    app = Starlette()
    async with Api(upstream) as api, serving(app) as url:
        sign_in = TelnyxSignIn(api, CLIENT_ID, None, url + CALLBACK_PATH)
        grants = Grants(store, secret, refresh=sign_in.refresh)
        keys = ApiKeys(balance_check(api), lambda: secret.derive("pepper"))
        answers = Answers(store, Vault(secret), grants)
        surfaces = Surfaces(registry(), Selection())
        services = Services(settings, surfaces, answers, grants, keys, api, store, secret, sign_in, meter=decisions)
        app.router.routes.extend(linking_routes(services))
        async with AsyncExitStack() as browsers:
            yield Site(url, upstream, answers, grants, keys, services, browsers)
    await store.aclose()
