"""Clients that describe themselves in a document, and servers that are not to be lured inside."""

import asyncio
import socket
import sqlite3
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from authlib.oauth2.rfc6749 import InvalidClientError
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from tests.server.auth.oauth.replica import challenge, running
from tests.server.auth.oauth.website import DOCUMENT, HOST, URL, Website, published
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.authorization_server import public_fetch
from telnyx_remote_mcp.auth.authorization_server.client_documents import FRESH_SECS, KEPT_SECS, ClientDocuments
from telnyx_remote_mcp.auth.authorization_server.public_fetch import (
    FetchError,
    PublicFetch,
    is_public,
    public_addresses,
)
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

pytestmark = pytest.mark.anyio

VAULT = Vault(Secret(b"s" * 32))


@pytest.fixture
def website() -> Website:
    return Website()


@pytest.fixture
async def fetch(website: Website, tmp_path: Path) -> AsyncIterator[PublicFetch]:
    async with published(website, tmp_path) as fetch:
        yield fetch


@pytest.fixture
def documents(store: Store, fetch: PublicFetch, clock: ManualClock) -> ClientDocuments:
    return ClientDocuments(store, VAULT, fetch, clock=clock)


async def test_a_client_signs_in_with_its_document_alone(fetch: PublicFetch, tmp_path: Path) -> None:
    async with running(tmp_path, fetch=fetch) as replica:
        callback = f"https://{HOST}/callback"
        pending = await replica.oauth.server.pending(await replica.pending_id(URL, redirect_uri=callback))
        assert pending is not None
        assert (pending.client.name, pending.client.host, pending.client.verified) == ("Published agent", HOST, True)
        code = (await replica.approved(URL, redirect_uri=callback))["code"]
        tokens = (await replica.exchange(URL, code, redirect_uri=callback)).json()
        assert (await replica.refresh(URL, tokens["refresh_token"])).status_code == 200


async def test_a_document_vouches_for_its_own_site_only(fetch: PublicFetch, tmp_path: Path) -> None:
    async with running(tmp_path, fetch=fetch) as replica:
        request_id = await replica.pending_id(URL, redirect_uri="http://127.0.0.1:5123/callback")
        pending = await replica.oauth.server.pending(request_id)
        assert pending is not None
        assert (pending.client.host, pending.client.verified, pending.client.on_this_machine) == (
            "127.0.0.1",
            False,
            True,
        )
        foreign = await replica.ask(URL, redirect_uri="https://elsewhere.example.com/callback")
        assert foreign.status_code == 400


async def test_a_document_that_cannot_be_used_is_explained_to_the_person(
    website: Website, fetch: PublicFetch, tmp_path: Path
) -> None:
    website.publish(redirect_uris=["javascript:alert(1)"])
    async with running(tmp_path, fetch=fetch) as replica:
        response = await replica.ask(URL, code_challenge=challenge("v"))
        assert response.status_code == 400
        assert "redirect_uris" in response.text
        assert "javascript" not in response.text
        assert "TELNYX_MCP_CLIENT_DOCUMENTS" not in response.text


async def test_a_host_that_this_server_cannot_reach_is_no_dead_end(fetch: PublicFetch, tmp_path: Path) -> None:
    async with running(tmp_path, fetch=fetch) as replica:
        response = await replica.ask("https://elsewhere.example.com/client.json", code_challenge=challenge("v"))
        assert response.status_code == 400
        assert "TELNYX_MCP_CLIENT_DOCUMENTS=off" in response.text


async def test_a_document_is_fetched_once_an_hour_for_all_replicas(
    website: Website, documents: ClientDocuments, store: Store, fetch: PublicFetch, clock: ManualClock
) -> None:
    for replica in (documents, documents, ClientDocuments(store, VAULT, fetch, clock=clock)):
        assert (await replica.client(URL)).name == "Published agent"
    assert website.asked == [(HOST, "/client.json")]
    clock.advance(FRESH_SECS + 1)
    website.publish(client_name="Renamed")
    assert (await documents.client(URL)).name == "Renamed"


async def test_a_site_that_is_down_does_not_end_what_it_began(
    website: Website, documents: ClientDocuments, clock: ManualClock
) -> None:
    await documents.client(URL)
    clock.advance(FRESH_SECS + 1)
    website.response = Response(status_code=500)
    assert (await documents.client(URL)).name == "Published agent"


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "https://agent.example.com/other.json"},
        {"client_id": None},
        {"client_name": None},
        {"client_name": ""},
        {"client_name": "gro.knab\u202e"},
        {"redirect_uris": []},
        {"redirect_uris": ["http://elsewhere.example.com/callback"]},
        {"token_endpoint_auth_method": "client_secret_post"},
    ],
)
async def test_a_document_that_does_not_describe_its_client_is_refused(
    website: Website, documents: ClientDocuments, changed: dict[str, object]
) -> None:
    website.publish(**changed)
    with pytest.raises(InvalidClientError):
        await documents.client(URL)


@pytest.mark.parametrize(
    "response",
    [
        RedirectResponse("https://agent.example.com/elsewhere.json"),
        RedirectResponse("http://169.254.169.254/latest/meta-data"),
        Response(status_code=404),
        Response(status_code=500),
        JSONResponse({**DOCUMENT, "padding": "x" * 70_000}),
        PlainTextResponse("{}"),
        Response(b"{", media_type="application/json"),
        JSONResponse([DOCUMENT]),
        Response(b'{"a":' * 10_000, media_type="application/json"),
    ],
)
async def test_what_is_no_small_json_document_is_refused(
    website: Website, documents: ClientDocuments, response: Response
) -> None:
    website.response = response
    with pytest.raises(InvalidClientError):
        await documents.client(URL)
    assert len(website.asked) == 1


async def test_a_document_without_a_length_is_cut_off(website: Website, fetch: PublicFetch) -> None:
    over = anyio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b" " * 70_000
        await over.wait()

    website.response = StreamingResponse(endless(), media_type="application/json")
    try:
        with anyio.fail_after(5), pytest.raises(FetchError, match="too large"):
            await fetch.json_text(URL)
    finally:
        over.set()


async def test_a_site_that_does_not_answer_is_given_up(
    website: Website, fetch: PublicFetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_fetch, "TIMEOUT_SECS", 0.2)
    over = anyio.Event()

    async def silent() -> AsyncIterator[bytes]:
        await over.wait()
        yield b""

    website.response = StreamingResponse(silent(), media_type="application/json")
    try:
        with anyio.fail_after(5), pytest.raises(FetchError, match="too long"):
            await fetch.json_text(URL)
    finally:
        over.set()
    assert website.asked == [(HOST, "/client.json")]


async def test_of_a_name_with_many_addresses_three_are_tried_with_one_tls_context(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        refusing = listener.getsockname()[1]
    contexts, connects = [], []
    make, connect = ssl.create_default_context, asyncio.BaseEventLoop.create_connection

    async def counted(loop: asyncio.BaseEventLoop, *given: object, **named: object) -> object:
        connects.append(given)
        return await connect(loop, *given, **named)

    async def many(host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", refusing)] * 60

    monkeypatch.setattr(ssl, "create_default_context", lambda: contexts.append(make()) or contexts[-1])
    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", counted)
    fetch = PublicFetch(many)
    for _ in range(2):
        with pytest.raises(FetchError, match="cannot be reached"):
            await fetch.json_text(URL)
    assert len(contexts) == 1
    assert len(connects) == 6


async def test_a_failure_is_not_tried_again_for_a_minute(website: Website, documents: ClientDocuments) -> None:
    website.response = Response(status_code=500)
    for _ in range(5):
        with pytest.raises(InvalidClientError):
            await documents.client(URL)
    assert len(website.asked) == 1


async def test_what_nobody_signed_in_with_is_kept_for_an_hour_and_else_for_a_week(
    documents: ClientDocuments, tmp_path: Path
) -> None:
    def kept_secs() -> float:
        with closing(sqlite3.connect(tmp_path / "state.db")) as file:
            ((end,),) = file.execute("SELECT expires_at FROM entries WHERE kind = 'client_document'").fetchall()
        return float(end) - time.time()

    await documents.client(URL)
    assert kept_secs() <= FRESH_SECS
    await documents.keep(URL)
    assert KEPT_SECS - 60 < kept_secs() <= KEPT_SECS


async def test_a_site_that_hangs_holds_up_nobody_else(website: Website, fetch: PublicFetch, tmp_path: Path) -> None:
    over, refused = anyio.Event(), anyio.Event()

    async def silent() -> AsyncIterator[bytes]:
        await over.wait()
        yield b""

    website.response = StreamingResponse(silent(), media_type="application/json")
    async with running(tmp_path, fetch=fetch) as replica:
        tokens = await replica.signed_in()
        statuses: list[int] = []

        async def ask(number: int) -> None:
            response = await replica.ask(f"https://{HOST}/{number}.json", code_challenge=challenge("v"))
            statuses.append(response.status_code)
            if len(statuses) == 56:
                refused.set()

        try:
            async with anyio.create_task_group() as tasks:
                for number in range(60):
                    tasks.start_soon(ask, number)
                with anyio.fail_after(4):
                    await refused.wait()
                    assert (await replica.refresh(tokens["client_id"], tokens["refresh_token"])).status_code == 200
                over.set()
        finally:
            over.set()
    assert statuses[:56] == [503] * 56
    assert len(website.asked) == 4


async def test_without_documents_there_are_no_such_clients(tmp_path: Path) -> None:
    async with running(tmp_path, client_documents="off") as replica:
        assert (await replica.ask(URL)).status_code == 400
        metadata = (await replica.http.get("/.well-known/oauth-authorization-server")).json()
        assert metadata["client_id_metadata_document_supported"] is False


async def test_a_certificate_for_another_name_is_refused(website: Website, fetch: PublicFetch) -> None:
    with pytest.raises(FetchError, match="cannot be reached"):
        await fetch.json_text("https://impostor.example.com/client.json")
    assert website.asked == []


async def test_without_the_tests_authority_the_certificate_is_refused(website: Website, fetch: PublicFetch) -> None:
    with pytest.raises(FetchError, match="cannot be reached"):
        await PublicFetch(fetch._resolver).json_text(URL)
    assert website.asked == []


async def test_a_proxy_of_the_environment_is_not_asked(fetch: PublicFetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert b"Published agent" in await fetch.json_text(URL)


@pytest.mark.parametrize(
    "client_id",
    [
        "https://agent.example.com",
        "https://agent.example.com/",
        "https://agent.example.com/a#b",
        "https://agent.example.com/a/../client.json",
        "https://agent.example.com/%2e%2E/client.json",
        "https://user@agent.example.com/client.json",
        "https://agent.example.com:99999/client.json",
        "https://agent.example.com:22/client.json",
        "https://agent.example.com:8443/client.json",
        "https://[::1]/client.json",
        "https://agent.example.com/a b",
        "https://agent.example.com\\@127.0.0.1/client.json",
        "https:///client.json",
        "https://agent.example.com/" + "x" * 512,
    ],
)
async def test_a_client_id_with_something_hidden_in_it_is_not_fetched(
    website: Website, documents: ClientDocuments, client_id: str
) -> None:
    with pytest.raises(InvalidClientError):
        await documents.client(client_id)
    assert website.asked == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0.0.0.0", "10.0.0.1", "2130706433", "0x7f.1", "::1"])
async def test_inside_hosts_are_not_resolved_for_strangers(host: str) -> None:
    with pytest.raises(FetchError):
        await public_addresses(host, 443)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.0.0.8", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("2001:db8::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff0e::1", False),
        ("nonsense", False),
    ],
)
def test_only_ordinary_addresses_of_the_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public
