"""Clients whose id is the URL of a document that describes them (OAuth client ID metadata documents)."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import InvalidClientError
from pydantic import AfterValidator, Field, ValidationError

from telnyx_remote_mcp.auth.authorization_server.clients import Client, ClientMetadata, printable
from telnyx_remote_mcp.auth.authorization_server.error_texts import OwnText
from telnyx_remote_mcp.auth.authorization_server.fetches import PER_MINUTE, Fetches
from telnyx_remote_mcp.auth.authorization_server.public_fetch import FetchError, PublicFetch, Unreachable
from telnyx_remote_mcp.buckets import RateOf, local_rate
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.vault import Vault

FRESH_SECS: Final = 3_600
KEPT_SECS: Final = 7 * 86_400
"""How long a document is kept once somebody signed in: the client can refresh its tokens while its site is down."""

_KIND: Final = "client_document"
_URL: Final = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*")
_REMEDY: Final = " If this server cannot reach it, have whoever runs it set TELNYX_MCP_CLIENT_DOCUMENTS=off."
_DOTS: Final = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)


class Document(ClientMetadata):
    """A client ID metadata document: like a registration, and names its own URL. Such a client has no secret."""

    client_id: str
    client_name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(printable)]
    token_endpoint_auth_method: Literal["none"] = "none"  # noqa: S105 - a method
    grant_types: list[str] = Field(["authorization_code", "refresh_token"], max_length=10)


@dataclass(frozen=True, slots=True)
class _Kept:
    fetched_at: int
    document: Document
    used: bool = False
    """Whether somebody signed in with the client."""

    @property
    def ttl_secs(self) -> float:
        return KEPT_SECS if self.used else FRESH_SECS


class ClientDocuments:
    """Fetches documents, and stores each for an hour for all replicas. Without `fetch` there are no such clients."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        fetch: PublicFetch | None,
        rates: RateOf = local_rate,
        *,
        clock: Clock = time.time,
    ) -> None:
        self._records = Records(store, vault, _KIND, _Kept)
        self._fetch = fetch
        self._fetches = Fetches(self._read, rates("documents", PER_MINUTE))
        self._clock = clock

    def covers(self, client_id: str) -> bool:
        """Return whether a client id is to be taken as the URL of a document."""
        return self._fetch is not None and client_id.startswith("https://")

    async def client(self, client_id: str) -> Client:
        """The client that the document describes.

        Raises InvalidClientError, which says what is wrong, and the 503 Refusal while too many documents are fetched.
        """
        if not _is_document_url(client_id):
            raise InvalidClientError(
                OwnText("A client_id that is a URL has to be https, with a path, no port, and nothing hidden in it.")
            )
        kept = await self._records.get(_key(client_id))
        if kept is not None and self._clock() - kept.fetched_at <= FRESH_SECS:
            return _client(kept.document)
        try:
            document = await self._fetches.get(client_id)
        except (FetchError, Refusal) as error:
            return _client(_at_least(kept, error).document)
        fresh = _Kept(int(self._clock()), document, kept is not None and kept.used)
        await self._records.put(_key(client_id), fresh, fresh.ttl_secs)
        return _client(document)

    async def known(self, client_id: str) -> Client | None:
        """The client, if its document is stored; never fetches it."""
        kept = await self._records.get(_key(client_id))
        return _client(kept.document) if kept is not None else None

    async def keep(self, client_id: str) -> None:
        """Somebody signed in with the client: keep its document for KEPT_SECS, so that it outlives an outage."""
        kept = await self._records.read(_key(client_id))
        if kept is not None and not kept.value.used:
            await self._records.swap(_key(client_id), kept, replace(kept.value, used=True), KEPT_SECS)

    async def _read(self, client_id: str) -> Document:
        assert self._fetch is not None  # noqa: S101 - or no client_id is covered
        text = await self._fetch.json_text(client_id)
        try:
            document = Document.model_validate_json(text)
        except ValidationError as error:
            places = sorted({str(each["loc"][0]) if each["loc"] else "the document" for each in error.errors()})
            raise FetchError(f"not valid are {' and '.join(map(_plain, places))}") from None
        if document.client_id != client_id:
            raise FetchError("its client_id is not its own URL")
        return document


def _is_document_url(url: str) -> bool:
    if len(url) > 512 or not _URL.fullmatch(url) or "#" in url or _DOTS.search(urlsplit(url).path):
        return False
    try:
        parts = urlsplit(url)
        # Other ports are refused: clients could use this server to scan them.
        return bool(parts.hostname) and len(parts.path) > 1 and parts.port in (None, 443)
    except ValueError:
        return False


def _at_least(kept: _Kept | None, error: FetchError | Refusal) -> _Kept:
    """Return the document of an earlier fetch; raises the error of this fetch if there is none."""
    if kept is not None:
        return kept
    if isinstance(error, Refusal):
        raise error
    remedy = _REMEDY if isinstance(error, Unreachable) else ""
    raise InvalidClientError(OwnText(f"The client's metadata document cannot be used: {error}.{remedy}")) from None


def _key(client_id: str) -> str:
    return hashlib.sha256(client_id.encode()).hexdigest()


def _client(document: Document) -> Client:
    return Client(
        client_id=document.client_id,
        name=document.client_name,
        redirect_uris=tuple(document.redirect_uris),
        auth_method="none",
        refreshes="refresh_token" in document.grant_types,
        document_host=urlsplit(document.client_id).hostname,
    )


def _plain(text: str) -> str:
    return text if text.isascii() and text.isidentifier() else "some members"
