"""Clients: the programs that ask for access, registered here or described by a document of their own.

A registration takes no storage: the client's id is its sealed metadata. Once somebody signed in with a client, it is
stored, so that its id outlives a change of the secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, Literal, NamedTuple, Protocol

from authlib.oauth2.rfc6749 import ClientMixin
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from telnyx_remote_mcp.auth.authorization_server import redirects
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.vault import Vault, VaultError

KEPT_SECS: Final = 400 * 86_400.0
"""How long a client is stored after the last sign-in with it."""
UNUSED_SECS: Final = 86_400.0
"""How long the first version stored a client that nobody ever signed in with."""
MAX_URI_CHARACTERS: Final = 4_096
"""Characters of all redirect URIs of a client together."""

AuthMethod = Literal["none", "client_secret_basic", "client_secret_post"]
_KIND: Final = "client"
_PREFIX: Final = "tc."
_PLACE: Final = "client_id"


def _redirect_uri(value: str) -> str:
    if not redirects.permitted(value):
        raise ValueError(
            "must be an https URL, http on localhost or the scheme of an app, in lower case and without fragment"
        )
    return value


def _short(values: list[str]) -> list[str]:
    if sum(map(len, values)) > MAX_URI_CHARACTERS:
        raise ValueError(f"must have at most {MAX_URI_CHARACTERS} characters together")
    return values


def printable(value: str) -> str:
    """The value, unless it holds control or formatting characters, which could disguise it. Raises ValueError."""
    if not value.isprintable():
        raise ValueError("must not hold control or formatting characters")
    return value


class ClientMetadata(BaseModel):
    """The metadata that a client registers (RFC 7591, section 2). Members that are not used here are dropped."""

    redirect_uris: Annotated[
        list[Annotated[str, AfterValidator(_redirect_uri)]], Field(min_length=1, max_length=10), AfterValidator(_short)
    ]
    client_name: Annotated[str, Field(max_length=100), AfterValidator(printable)] = ""
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"  # noqa: S105 - a method
    grant_types: list[str] = Field(["authorization_code"], max_length=10)
    response_types: list[str] = Field(["code"], max_length=10)


@dataclass(frozen=True)
class Client(ClientMixin):
    """A client, with the methods that Authlib needs. `document_host` is set where its own document describes it."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    auth_method: AuthMethod
    refreshes: bool
    """Whether it may have refresh tokens."""
    document_host: str | None = None
    secret_hash: str | None = field(default=None, repr=False)
    used: bool = False
    """Whether somebody signed in with it. In the store, False only where the first version stored it before that."""

    def vouches_for(self, redirect_uri: str) -> bool:
        """Return whether the client's document is on the host of this URI, so that the host is known to be its own."""
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


_CLIENT: Final[TypeAdapter[Client]] = TypeAdapter(Client)


class _Described(NamedTuple):
    """The contents of a client id; a tuple, to keep the id short."""

    name: str
    redirect_uris: tuple[str, ...]
    auth_method: AuthMethod
    refreshes: bool
    secret_hash: str | None


_DESCRIBED: Final[TypeAdapter[_Described]] = TypeAdapter(_Described)


class Documents(Protocol):
    """Clients whose id is the URL of a document."""

    def covers(self, client_id: str) -> bool: ...
    async def client(self, client_id: str) -> Client: ...
    async def known(self, client_id: str) -> Client | None: ...
    async def keep(self, client_id: str) -> None: ...


class Clients:
    """All clients: registered ones, and those described by a document."""

    def __init__(self, store: Store, vault: Vault, documents: Documents) -> None:
        self._vault = vault
        self._records = Records(store, vault, _KIND, Client)
        self._documents = documents

    async def find(self, client_id: str) -> Client | None:
        """The client of this id; its document is fetched where there is no fresh one.

        Raises OAuth2Error where the document cannot be used, and the 503 Refusal while too many are fetched.
        """
        if self._documents.covers(client_id):
            return await self._documents.client(client_id)
        return await self.known(client_id)

    async def known(self, client_id: str) -> Client | None:
        """The client, if it is known without fetching its document."""
        if self._documents.covers(client_id):
            return await self._documents.known(client_id)
        return self._described(client_id) or await self._records.get(_key(client_id))

    def register(self, metadata: ClientMetadata) -> tuple[Client, str | None]:
        """A new client, and its secret; None for a public client."""
        is_public = metadata.token_endpoint_auth_method == "none"  # noqa: S105 - a method
        secret = None if is_public else secrets.token_urlsafe(32)
        described = _Described(
            metadata.client_name,
            tuple(metadata.redirect_uris),
            metadata.token_endpoint_auth_method,
            "refresh_token" in metadata.grant_types,
            _hashed(secret) if secret is not None else None,
        )
        sealed = self._vault.seal(_DESCRIBED.dump_json(described), _PLACE)
        return _client(_PREFIX + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode(), described), secret

    async def keep(self, client: Client) -> None:
        """Somebody signed in with the client: store it."""
        if client.document_host is not None:
            await self._documents.keep(client.client_id)
        else:
            await self._records.put(_key(client.client_id), replace(client, used=True), KEPT_SECS)

    async def renew(self, *, believe_plain: bool) -> None:
        """Seal the stored clients by the newest secret; with `believe_plain` also the first version's unsealed ones.

        Anybody who can write to the store could have made an unsealed client. That gives no access: anybody can
        register a client, and a person decides about it by the host that it leads to.
        """

        def plain(key: str, raw: bytes) -> Client | None:
            try:
                client = _CLIENT.validate_json(raw)
            except ValidationError:
                return None
            return client if client.client_id == key else None

        await self._records.renew(
            lambda client: KEPT_SECS if client.used else UNUSED_SECS, plain if believe_plain else None
        )

    def _described(self, client_id: str) -> Client | None:
        if not client_id.startswith(_PREFIX):
            return None
        try:
            sealed = base64.urlsafe_b64decode(client_id.removeprefix(_PREFIX) + "==")
            return _client(client_id, _DESCRIBED.validate_json(self._vault.open(sealed, _PLACE)))
        except (ValueError, VaultError):
            return None


def _client(client_id: str, described: _Described) -> Client:
    return Client(
        client_id=client_id,
        name=described.name,
        redirect_uris=described.redirect_uris,
        auth_method=described.auth_method,
        refreshes=described.refreshes,
        secret_hash=described.secret_hash,
    )


def _key(client_id: str) -> str:
    """Return the key of a client in the store; in the first version, the key was the id itself."""
    return _hashed(client_id) if client_id.startswith(_PREFIX) else client_id


def _hashed(secret: str) -> str:
    """A plain SHA-256, which is enough for a random secret of 256 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
