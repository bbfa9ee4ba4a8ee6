"""Requests and answers, in the form that Authlib needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from authlib.oauth2.rfc6749 import InvalidRequestError, JsonPayload, JsonRequest, OAuth2Payload, OAuth2Request

from telnyx_remote_mcp.auth.authorization_server.clients import ClientMetadata
from telnyx_remote_mcp.auth.authorization_server.error_texts import OwnText

Parameters = tuple[tuple[str, str], ...]

_PARAMETERS: Final = frozenset(
    {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"),
        *("resource", "grant_type", "code", "code_verifier", "refresh_token", "client_secret", "token"),
    }
)


class OAuthPayload(OAuth2Payload):
    """The parameters of a query or a form."""

    def __init__(self, parameters: Parameters) -> None:
        self._values = dict(parameters)
        self._lists: dict[str, list[str]] = {}
        for name, value in parameters:
            self._lists.setdefault(name, []).append(value)

    @property
    def data(self) -> dict[str, str]:
        return self._values

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._lists


class OAuthRequest(OAuth2Request):
    """A request to one of the endpoints. Raises InvalidRequestError for a parameter given twice (RFC 6749, 3.1)."""

    payload: OAuthPayload

    def __init__(self, method: str, url: str, parameters: Parameters, headers: Mapping[str, str]) -> None:
        super().__init__(method, url, headers=headers)
        self.payload = OAuthPayload(parameters)
        for name, values in self.payload.datalist.items():
            if len(values) > 1:
                which = f"parameter {name}" if name in _PARAMETERS else "same parameter"
                raise InvalidRequestError(OwnText(f"The {which} is given more than once."))

    @property
    def args(self) -> dict[str, str | None]:
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data


class _Document(JsonPayload):
    def __init__(self, data: object) -> None:
        self._data = data

    @property
    def data(self) -> object:
        return self._data


class RegistrationRequest(JsonRequest):
    """A request whose body is one JSON value. `metadata` is parsed from it."""

    payload: JsonPayload
    metadata: ClientMetadata | None = None

    def __init__(self, url: str, document: object) -> None:
        super().__init__("POST", url, {})
        self.payload = _Document(document)


@dataclass
class Answer:
    """The answer of Authlib: a JSON body, or a redirect."""

    status: int
    body: object
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, body: object, headers: Iterable[tuple[str, str]]) -> Answer:
        return cls(status, body, dict(headers))

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")

    @location.setter
    def location(self, value: str) -> None:
        self.headers["Location"] = value
