"""Clients whose id is the URL of a document that describes them (OAuth client ID metadata documents)."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import InvalidClientError
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from telnyx_remote_mcp.auth.authorization_server.clients import Client, ClientMetadata, printable
from telnyx_remote_mcp.auth.authorization_server.public_fetch import FetchError, PublicFetch
from telnyx_remote_mcp.auth.authorization_server.words import Words
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import Record

FRESH_SECS: Final = 3_600
KEPT_SECS: Final = 7 * 86_400
"""A client whose site is down can go on refreshing with the document of the last days."""

_KIND: Final = "client_document"
_URL: Final = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*")
_DOTS: Final = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)


class Document(ClientMetadata):
    """The document: like a registration, with its own URL inside. A published client has no secret."""

    client_id: str
    client_name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(printable)]
    token_endpoint_auth_method: Literal["none"] = "none"  # noqa: S105 - a method
    grant_types: list[str] = Field(["authorization_code", "refresh_token"], max_length=10)


@dataclass(frozen=True, slots=True)
class _Kept:
    fetched_at: int
    document: Document


_KEPT: Final = Record(_KIND, TypeAdapter(_Kept))


class ClientDocuments:
    """Fetches the documents, and keeps each for an hour for all replicas."""

    def __init__(self, store: Store, fetch: PublicFetch, *, clock: Clock = time.time) -> None:
        self._store = store
        self._fetch = fetch
        self._clock = clock

    def covers(self, client_id: str) -> bool:
        """Whether a client id is meant as the URL of a document."""
        return client_id.startswith("https://")

    async def client(self, client_id: str) -> Client:
        """The client that the document describes. Raises InvalidClientError, which says what is wrong."""
        if not _is_document_url(client_id):
            raise InvalidClientError(
                Words("A client_id that is a URL has to be https, with a path, and nothing hidden in it.")
            )
        key = hashlib.sha256(client_id.encode()).hexdigest()
        kept = await self._store.get(_KIND, key)
        known = _KEPT.load(kept) if kept is not None else None
        if known is None or self._clock() - known.fetched_at > FRESH_SECS:
            try:
                known = _Kept(int(self._clock()), await self._read(client_id))
                await self._store.put(_KIND, key, _KEPT.dump(known), KEPT_SECS)
            except FetchError as error:
                if known is None:
                    raise InvalidClientError(
                        Words(f"The client's metadata document cannot be used: {error}.")
                    ) from None
        return _client(known.document)

    async def _read(self, client_id: str) -> Document:
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
        return bool(parts.hostname) and len(parts.path) > 1 and (parts.port or 443) > 0
    except ValueError:
        return False


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
