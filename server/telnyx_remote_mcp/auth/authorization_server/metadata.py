"""The metadata that the authorization server publishes about itself (RFC 8414)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from telnyx_remote_mcp.auth.authorization_server.flows import AUTH_METHODS
from telnyx_remote_mcp.auth.authorization_server.keys import ALGORITHM
from telnyx_remote_mcp.auth.resources import WELL_KNOWN as RESOURCES

WELL_KNOWN: Final = "/.well-known/oauth-authorization-server"
OPENID: Final = "/.well-known/openid-configuration"
AUTHORIZE: Final = "/oauth/authorize"
TOKEN: Final = "/oauth/token"  # noqa: S105 - a path
REGISTER: Final = "/oauth/register"
REVOKE: Final = "/oauth/revoke"
JWKS: Final = "/oauth/jwks"


def metadata(issuer: str, scopes: Sequence[str], *, documents: bool) -> dict[str, object]:
    """The metadata document. `scopes` are the ones to ask for first; `documents` says whether a client's id may be the
    URL of its own metadata document."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE,
        "token_endpoint": issuer + TOKEN,
        "registration_endpoint": issuer + REGISTER,
        "revocation_endpoint": issuer + REVOKE,
        "jwks_uri": issuer + JWKS,
        "scopes_supported": list(scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": documents,
        "service_documentation": issuer,
    }


def openid_metadata(document: Mapping[str, object]) -> dict[str, object]:
    """The same document for clients that know OpenID Connect's path only, with the members that they require.

    No ID tokens are issued. A client that asks for `openid` gets the other scopes that it asked for.
    """
    return {**document, "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": [ALGORITHM]}


METADATA: Final[Mapping[str, Callable[[Mapping[str, object]], Mapping[str, object]]]] = {
    WELL_KNOWN: dict,
    OPENID: openid_metadata,
}
"""The paths of the metadata, and how the document at each is made."""


def proxied_locations(base_path: str) -> list[str]:
    """Return the paths that a proxy which strips `base_path` must pass on unchanged, for sign-in to work."""
    return [*(path + base_path for path in METADATA), f"{RESOURCES}{base_path}/*"]
