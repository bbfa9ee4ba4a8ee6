"""The parts of signing in. Imported only where it is on."""

from __future__ import annotations

from telnyx_remote_mcp.auth.access_tokens import AccessTokens
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.authorization_server.client_documents import ClientDocuments
from telnyx_remote_mcp.auth.authorization_server.clients import Clients
from telnyx_remote_mcp.auth.authorization_server.codes import Codes
from telnyx_remote_mcp.auth.authorization_server.keys import SigningKeys
from telnyx_remote_mcp.auth.authorization_server.pending import PendingRequests
from telnyx_remote_mcp.auth.authorization_server.protocol import Protocol
from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch
from telnyx_remote_mcp.auth.authorization_server.refresh_tokens import RefreshTokens
from telnyx_remote_mcp.auth.authorization_server.routes import authorization_endpoint, authorization_routes
from telnyx_remote_mcp.auth.authorization_server.server import AuthorizationServer
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.oauth import OAuth
from telnyx_remote_mcp.auth.resource_server import ResourceServer
from telnyx_remote_mcp.auth.resources import Resources, resource_routes
from telnyx_remote_mcp.auth.scopes import Scopes
from telnyx_remote_mcp.auth.telnyx_sign_in import TelnyxSignIn
from telnyx_remote_mcp.auth.verdicts import Check
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.web.linking.routes import CALLBACK_PATH, linking_routes
from telnyx_remote_mcp.web.linking.services import Services
from telnyx_tools.api.client import Api


def create_oauth(
    settings: Settings,
    surfaces: Surfaces,
    api: Api,
    keys: ApiKeys,
    check: Check,
    secret: Secret,
    store: Store,
    fetch: PublicFetch | None = None,
) -> OAuth:
    """The OAuth lane of one worker process."""
    scopes = Scopes(surfaces)
    resources = Resources(settings.url, surfaces.groups)
    sign_in = _sign_in(settings, api)
    grants = Grants(store, secret, refresh=sign_in.refresh if sign_in is not None else None)
    vault = Vault(secret)
    signing_keys = SigningKeys(store, vault)
    protocol = Protocol(
        settings.url,
        scopes,
        resources,
        Clients(store, ClientDocuments(store, fetch or PublicFetch())),
        Codes(store),
        RefreshTokens(store, vault),
        signing_keys,
        grants,
    )
    server = AuthorizationServer(protocol, PendingRequests(store), scopes.baseline)
    tokens = AccessTokens(settings.url, resources, signing_keys, grants, check, lambda: surfaces.groups)
    linking = Services(settings, surfaces, server, grants, keys, store, secret, sign_in)
    return OAuth(
        grants,
        server,
        tokens,
        ResourceServer(tokens, resources, scopes),
        [
            *resource_routes(resources, scopes.baseline),
            *authorization_routes(server, settings.url, scopes.baseline),
        ],
        [authorization_endpoint(server, linking.pages.problem), *linking_routes(linking)],
    )


def _sign_in(settings: Settings, api: Api) -> TelnyxSignIn | None:
    """Signing in at Telnyx, where the operator has registered a client there."""
    if settings.telnyx_client_id is None:
        return None
    return TelnyxSignIn(api, settings.telnyx_client_id, settings.telnyx_client_secret, settings.url + CALLBACK_PATH)
