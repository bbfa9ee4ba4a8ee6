"""A client that a user connects by signing in, and that refreshes its tokens."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2
from tests.server.web.people import Person

CALLBACK = "https://agent.example.com/callback"
SCOPES = "account_management.read billing.read messaging.read"


@dataclass
class Connection:
    """The tokens of a client, and the server that issued them, reached through `http`."""

    http: httpx2.AsyncClient
    client_id: str
    access_token: str
    refresh_token: str

    @classmethod
    async def signed_in(
        cls, http: httpx2.AsyncClient, url: str, key: str, client_id: str | None = None, **choice: object
    ) -> Connection:
        """Connect to the server at this MCP URL, for the account of `key`. The user allows what is requested.

        Registers the client first, unless `client_id` is given.
        """
        verifier = secrets.token_urlsafe(48)
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        client_id = client_id or await _registered(http)
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "scope": SCOPES,
            "resource": url,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        page = await http.get("/oauth/authorize", params=asked, follow_redirects=True)
        back = await Person(http).submit(page, action="key", api_key=key, **choice)
        assert back.is_redirect, back.text
        code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code,
            "code_verifier": verifier,
            "resource": url,
        }
        tokens = (await http.post("/oauth/token", data=form)).raise_for_status().json()
        return cls(http, client_id, tokens["access_token"], tokens["refresh_token"])

    async def refresh(self) -> str:
        """Refresh the tokens. Returns `done`, the OAuth error, the HTTP status, or `lost` if there was no answer."""
        form = {"grant_type": "refresh_token", "client_id": self.client_id, "refresh_token": self.refresh_token}
        try:
            answer = await self.http.post("/oauth/token", data=form)
        except httpx2.TransportError:
            return "lost"
        if answer.status_code == 400:
            return str(answer.json()["error"])
        if answer.status_code != 200:
            return str(answer.status_code)
        tokens = answer.json()
        self.access_token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]
        return "done"


async def _registered(http: httpx2.AsyncClient) -> str:
    metadata = {
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    answer = await http.post("/oauth/register", json=metadata)
    return str(answer.raise_for_status().json()["client_id"])
