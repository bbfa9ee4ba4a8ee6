"""Dynamic client registration (RFC 7591)."""

from __future__ import annotations

import time
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint, InvalidClientMetadataError, InvalidRedirectURIError
from pydantic import ValidationError

from telnyx_remote_mcp.auth.authorization_server.clients import ClientMetadata
from telnyx_remote_mcp.auth.authorization_server.error_texts import OwnText
from telnyx_remote_mcp.auth.authorization_server.protocol import Protocol
from telnyx_remote_mcp.auth.authorization_server.requests import RegistrationRequest


class Registration(ClientRegistrationEndpoint):
    """The registration endpoint, at which anybody may register a client."""

    server: Protocol

    def authenticate_token(self, request: RegistrationRequest) -> bool:
        return True

    def extract_client_metadata(self, request: RegistrationRequest) -> dict[str, Any]:
        request.metadata = parsed(request.payload.data)
        return request.metadata.model_dump(exclude_defaults=False)

    def generate_client_info(self, request: RegistrationRequest) -> dict[str, Any]:
        """The client's id, which contains its metadata, and its secret."""
        assert request.metadata is not None  # noqa: S101 - extract_client_metadata came first
        client, secret = self.server.clients.register(request.metadata)
        info: dict[str, Any] = {"client_id": client.client_id, "client_id_issued_at": int(time.time())}
        return info if secret is None else {**info, "client_secret": secret, "client_secret_expires_at": 0}

    def save_client(self, client_info: object, client_metadata: object, request: RegistrationRequest) -> None:
        """Nothing to do: the client keeps its id, which contains all that would be stored."""


def parsed(document: object) -> ClientMetadata:
    """Parse the metadata that a client sent. Raises the OAuth2Error that says what is wrong with it."""
    try:
        metadata = ClientMetadata.model_validate(document)
    except ValidationError as error:
        raise problem(error) from None
    if "authorization_code" not in metadata.grant_types or "code" not in metadata.response_types:
        raise InvalidClientMetadataError(
            OwnText("grant_types needs authorization_code, and response_types needs code.")
        )
    granted = [grant for grant in ("authorization_code", "refresh_token") if grant in metadata.grant_types]
    return metadata.model_copy(update={"grant_types": granted, "response_types": ["code"]})


def problem(error: ValidationError) -> OAuth2Error:
    """The first thing that is wrong, without quoting the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"][:2])
    text = f"{place or 'metadata'}: {first['msg'].removeprefix('Value error, ')}".replace('"', "'").replace("\\", "/")
    description = text if text.isascii() and text.isprintable() else "A member is not valid."
    kind = InvalidRedirectURIError if place.startswith("redirect_uris") else InvalidClientMetadataError
    return kind(OwnText(description))
