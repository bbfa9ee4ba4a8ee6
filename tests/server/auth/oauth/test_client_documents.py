"""Clients that describe themselves in a document, and servers that are not to be lured inside."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from authlib.oauth2.rfc6749 import InvalidClientError
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from tests.server.auth.oauth.replica import challenge, running
from tests.server.auth.oauth.website import DOCUMENT, HOST, URL, Website, published
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.authorization_server import public_fetch
from telnyx_remote_mcp.auth.authorization_server.client_documents import FRESH_SECS, ClientDocuments
from telnyx_remote_mcp.auth.authorization_server.public_fetch import (
    FetchError,
    PublicFetch,
    is_public,
    public_addresses,
)
from telnyx_remote_mcp.store.base import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def website() -> Website:
    return Website()


@pytest.fixture
async def fetch(website: Website, tmp_path: Path) -> AsyncIterator[PublicFetch]:
    async with published(website, tmp_path) as fetch:
        yield fetch


@pytest.fixture
def documents(store: Store, fetch: PublicFetch, clock: ManualClock) -> ClientDocuments:
    return ClientDocuments(store, fetch, clock=clock)


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


async def test_a_document_is_fetched_once_an_hour_for_all_replicas(
    website: Website, documents: ClientDocuments, store: Store, fetch: PublicFetch, clock: ManualClock
) -> None:
    for replica in (documents, documents, ClientDocuments(store, fetch, clock=clock)):
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
