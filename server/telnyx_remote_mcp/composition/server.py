"""The parts of one worker process that serves HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette

from telnyx_remote_mcp.app import build_app
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.verdicts import balance_check
from telnyx_remote_mcp.protocol.server import Services, create_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry

if TYPE_CHECKING:
    from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch


def create_app(settings: Settings, fetch: PublicFetch | None = None) -> Starlette:
    """The app of one worker process. Raises ValueError for settings that cannot be served.

    `fetch` gets clients' metadata documents; tests give one that trusts their own names and certificates.
    """
    api = Api(
        settings.api_base_url,
        storage_endpoint=settings.storage_endpoint,
        allow_custom_upstream=settings.allow_custom_upstream,
    )
    secret, check = Secret.load(settings.secret, settings.data_dir), balance_check(api)
    keys = ApiKeys(check, secret.derive("pepper"), sandbox=settings.sandbox)
    surfaces = Surfaces(registry(), settings.ceiling)
    oauth = None
    if settings.serves_oauth:
        from telnyx_remote_mcp.composition.oauth import create_oauth

        oauth = create_oauth(settings, surfaces, api, keys, check, secret, fetch)

    def rejected(principal: str) -> None:
        keys.reject(principal)
        if oauth is not None:
            oauth.tokens.suspect(principal)

    server = create_server(Services(settings, surfaces, api, on_rejected=rejected))
    return build_app(settings, server, api, keys, surfaces, oauth)
