"""Clients: the programs that ask for access, registered here or described by a document of their own."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, Literal, Protocol

from authlib.oauth2.rfc6749 import ClientMixin
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter

from telnyx_remote_mcp.auth.authorization_server import redirects
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import Record

UNUSED_SECS: Final = 86_400
"""How long a registration lives that nobody ever signed in with."""

AuthMethod = Literal["none", "client_secret_basic", "client_secret_post"]
_KIND: Final = "client"


def _redirect_uri(value: str) -> str:
    if not redirects.permitted(value):
        raise ValueError(
            "must be an https URL, http on localhost or the scheme of an app, in lower case and without fragment"
        )
    return value


def printable(value: str) -> str:
    """The value, unless it could look like something else than it is."""
    if not value.isprintable():
        raise ValueError("must not hold control or formatting characters")
    return value


class ClientMetadata(BaseModel):
    """What a client says about itself (RFC 7591, section 2). Members that mean nothing here are dropped."""

    redirect_uris: Annotated[list[Annotated[str, AfterValidator(_redirect_uri)]], Field(min_length=1, max_length=10)]
    client_name: Annotated[str, Field(max_length=100), AfterValidator(printable)] = ""
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"  # noqa: S105 - a method
    grant_types: list[str] = Field(["authorization_code"], max_length=10)
    response_types: list[str] = Field(["code"], max_length=10)


@dataclass(frozen=True)
class Client(ClientMixin):
    """A client, as Authlib asks for it. `document_host` is there where it is described by its own document."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    auth_method: AuthMethod
    refreshes: bool
    """Whether it may have refresh tokens."""
    document_host: str | None = None
    secret_hash: str | None = field(default=None, repr=False)
    used: bool = False
    """Whether somebody signed in with it."""

    def vouches_for(self, redirect_uri: str) -> bool:
        """Whether its own document says that the site behind this URI is the client."""
        return self.document_host is not None and redirects.host(redirect_uri) == self.document_host

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else ""

    def get_allowed_scope(self, scope: object) -> str:
        return str(scope or "")

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return any(redirects.matches(registered, redirect_uri) for registered in self.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        return self.secret_hash is not None and hmac.compare_digest(self.secret_hash, _hashed(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.auth_method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code" or (grant_type == "refresh_token" and self.refreshes)


_CLIENT: Final = Record(_KIND, TypeAdapter(Client))


class Documents(Protocol):
    """Clients whose id is the URL of a document."""

    def covers(self, client_id: str) -> bool: ...
    async def client(self, client_id: str) -> Client: ...


class Clients:
    """All clients. A registration lives for a day, and for good once somebody signed in with it."""

    def __init__(self, store: Store, documents: Documents) -> None:
        self._store = store
        self._documents = documents

    async def find(self, client_id: str) -> Client | None:
        """The client of this id. Raises OAuth2Error where its document cannot be used."""
        if self._documents.covers(client_id):
            return await self._documents.client(client_id)
        kept = await self._store.get(_KIND, client_id)
        return _CLIENT.load(kept) if kept is not None else None

    async def register(self, metadata: ClientMetadata) -> tuple[Client, str | None]:
        """A new client, and its secret where it is to have one."""
        is_public = metadata.token_endpoint_auth_method == "none"  # noqa: S105 - a method
        secret = None if is_public else secrets.token_urlsafe(32)
        client = Client(
            client_id=secrets.token_urlsafe(16),
            name=metadata.client_name,
            redirect_uris=tuple(metadata.redirect_uris),
            auth_method=metadata.token_endpoint_auth_method,
            refreshes="refresh_token" in metadata.grant_types,
            secret_hash=_hashed(secret) if secret is not None else None,
        )
        await self._store.put(_KIND, client.client_id, _CLIENT.dump(client), UNUSED_SECS)
        return client, secret

    async def keep(self, client: Client) -> None:
        """Somebody signed in with the client: it stays."""
        if client.document_host is None and not client.used:
            await self._store.put(_KIND, client.client_id, _CLIENT.dump(replace(client, used=True)))


def _hashed(secret: str) -> str:
    """Enough for a random secret of 256 bits, which nobody can guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
