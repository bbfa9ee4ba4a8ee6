"""Signing in with the official SDK, whichever version: a browser goes to the server, and comes back here."""

import asyncio
import importlib.metadata
import threading
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata

PATIENCE_SECS = 60
SDK = int(importlib.metadata.version("mcp").partition(".")[0])


class Memory:
    """What the SDK keeps of a sign-in."""

    tokens = client_info = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client_info

    async def set_client_info(self, client_info):
        self.client_info = client_info


class Callback(HTTPServer):
    """The page to which the browser comes back, once."""

    timeout = PATIENCE_SECS

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Back)
        self.query = {}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/callback"

    async def open(self, url):
        self.thread = threading.Thread(target=self.handle_request, daemon=True)
        self.thread.start()
        webbrowser.open(url)

    async def wait(self):
        await asyncio.to_thread(self.thread.join, PATIENCE_SECS)
        answer = {name: values[0] for name, values in self.query.items()}
        if SDK == 1:
            return answer["code"], answer.get("state")
        from mcp.shared.auth import AuthorizationCodeResult

        return AuthorizationCodeResult(code=answer["code"], state=answer.get("state"), iss=answer.get("iss"))


class Back(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.query = parse_qs(urlsplit(self.path).query)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Clients are quiet."""


def provider(url):
    """The SDK's authentication of HTTP requests."""
    callback = Callback()
    metadata = OAuthClientMetadata(
        client_name="Example Agent",
        redirect_uris=[callback.url],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
    )
    return OAuthClientProvider(url, metadata, Memory(), callback.open, callback.wait)
