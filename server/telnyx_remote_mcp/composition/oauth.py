"""The parts of sign-in with OAuth. Imported only if OAuth is on."""

from __future__ import annotations

from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.auth.access_tokens import AccessTokens
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.authorization_server.client_documents import ClientDocuments
from telnyx_remote_mcp.auth.authorization_server.clients import Clients
from telnyx_remote_mcp.auth.authorization_server.codes import Codes
from telnyx_remote_mcp.auth.authorization_server.keys import SigningKeys
from telnyx_remote_mcp.auth.authorization_server.metadata import metadata
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
from telnyx_remote_mcp.auth.telnyx_accounts import TelnyxAccounts
from telnyx_remote_mcp.auth.telnyx_sign_in import TelnyxSignIn
from telnyx_remote_mcp.auth.upkeep import Upkeep
from telnyx_remote_mcp.auth.verdicts import Check
from telnyx_remote_mcp.events.owner_phone import OwnerPhones
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.rates import Rates
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
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
    phones: OwnerPhones | None = None,
    activity: Activity | None = None,
    meter: Meter = UNMEASURED,
) -> OAuth:
    """The OAuth parts of one worker process.

    `phones` are the numbers of owners who can be asked by text message. With `activity`, owners see what was done at
    any replica.
    """
    scopes = Scopes(surfaces)
    resources = Resources(settings.url, surfaces.groups)
    sign_in = _sign_in(settings, api)
    grants = Grants(
        store, secret, refresh=sign_in.refresh if sign_in is not None else None, products=lambda: surfaces.products
    )
    vault = Vault(secret)
    access_secs = settings.access_token_minutes * 60
    signing_keys = SigningKeys(store, vault)
    refresh_tokens = RefreshTokens(store, vault)
    takes_documents = settings.client_documents == "on"
    documents = ClientDocuments(
        store, vault, (fetch or PublicFetch()) if takes_documents else None, Rates(store, secret)
    )
    clients = Clients(store, vault, documents)
    protocol = Protocol(
        settings.url,
        scopes,
        resources,
        clients,
        Codes(store, vault),
        refresh_tokens,
        signing_keys,
        grants,
        access_secs=access_secs,
    )
    accounts = TelnyxAccounts(store, vault, secret)
    upkeep = Upkeep(store, vault, grants, refresh_tokens, clients, accounts, signing_keys)
    server = AuthorizationServer(protocol, PendingRequests(store, vault), scopes.baseline, upkeep.ensure)
    tokens = AccessTokens(settings.url, resources, signing_keys, grants, check)
    linking = Services(settings, surfaces, server, grants, keys, api, store, secret, sign_in, phones, activity, meter)
    return OAuth(
        upkeep,
        grants,
        server,
        tokens,
        ResourceServer(tokens, resources, scopes),
        [
            *resource_routes(resources, scopes.baseline),
            *authorization_routes(
                server,
                metadata(settings.url, scopes.baseline, documents=takes_documents),
                linking.rates,
                settings.base_path,
            ),
        ],
        [
            authorization_endpoint(server, linking.pages.problem, linking.rates, settings.base_path),
            *linking_routes(linking),
        ],
    )


def _sign_in(settings: Settings, api: Api) -> TelnyxSignIn | None:
    """Sign-in at Telnyx; None unless the operator registered a client there."""
    if settings.telnyx_client_id is None:
        return None
    return TelnyxSignIn(api, settings.telnyx_client_id, settings.telnyx_client_secret, settings.url + CALLBACK_PATH)
