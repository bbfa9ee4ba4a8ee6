"""The server in this process, for tests that hand it names and certificates of their own."""

import asyncio
import datetime
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox import server as sandbox
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.oauth.routes import CLIENT_ID

HOST = "agent.example.com"
DOCUMENT = f"https://{HOST}/client.json"


@asynccontextmanager
async def running(app: ASGIApp, listener: socket.socket, **options: str) -> AsyncIterator[None]:
    """The app on a socket, with its lifespan."""
    config = uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False, **options)  # type: ignore[arg-type]  # names of files
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def served(data_dir: Path, fetch: PublicFetch | None = None) -> AsyncIterator[str]:
    """The whole server on a sandbox; its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with sandbox.serving(create_sandbox()) as api:
            settings = Settings(
                port=listener.getsockname()[1],
                data_dir=data_dir,
                api_base_url=api,
                telnyx_client_id=CLIENT_ID,
                sandbox=True,
                log_level="error",
            )
            async with running(create_app(settings, fetch), listener):
                yield settings.url


@dataclass(frozen=True)
class Certificate:
    """A certificate for the agent's host, which is its own authority."""

    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> "Certificate":
        made = cls(folder / "certificate.pem", folder / "key.pem")
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
        now = datetime.datetime.now(datetime.UTC)
        signed = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        made.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return made


@asynccontextmanager
async def publishing(folder: Path, document: Mapping[str, object]) -> AsyncIterator[PublicFetch]:
    """A site that publishes a client's metadata, and what fetches it as if the site were on the internet."""

    async def answer(_: Request) -> Response:
        return JSONResponse({"client_id": DOCUMENT, **document})

    made = Certificate.make(folder)
    app = Starlette(routes=[Route("/client.json", answer)])
    with socket.create_server(("127.0.0.1", 0)) as listener:

        async def resolve(host: str, port: int) -> list[tuple[str, int]]:
            assert (host, port) == (HOST, 443)
            return [("127.0.0.1", listener.getsockname()[1])]

        tls = ssl.create_default_context(cafile=str(made.certificate))
        async with running(app, listener, ssl_certfile=str(made.certificate), ssl_keyfile=str(made.key)):
            yield PublicFetch(resolve, tls)
