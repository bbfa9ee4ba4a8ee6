"""What is secret, and what people write to each other, is in nothing that the server or its sandbox writes."""

import base64
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import ACCEPT, LIST_TOOLS, PATIENCE_SECS, Sandbox, call, connected, headers, post
from tests.e2e.collector import collector
from tests.e2e.connection import Connection
from tests.e2e.processes import Server, run, served
from tests.protocol.servers import Peer
from tests.server.events.signing import Signer, received
from tests.server.events.subscribers import Agent
from tests.server.stories.agent import refusal
from tests.server.web.people import Person, filled

KEY = "KEY_sandbox_MARKEDkey"
DEAD_KEY = "KEY_MARKEDdead"
TEXT = "MARKEDtext see you at noon"
RECIPIENT = "+12025550177"
OWNER = "+12025554711"
OWNER_MARKS = (OWNER[1:], OWNER[2:])
SUBSCRIBED = f"whsec_{base64.b64encode(b'MARKED: nobody else reads this').decode()}"
MARKS = ("MARKED", RECIPIENT, RECIPIENT[1:], "2025550177")
FAULTS = (
    {"status": 500},
    {"status": 422},
    {"action": "reset"},
    {"action": "drop_after_effect"},
    {"action": "half_body"},
    {"action": "garbage"},
)


@dataclass
class Written:
    """All that a server wrote while it ran, by where; there once it has ended."""

    of: dict[str, str]

    def holds_none_of(self, *secrets: str) -> bool:
        """Whether none of these is anywhere; the report of a failure says where."""
        found = [(where, secret) for where, text in self.of.items() for secret in secrets if secret in text]
        assert found == []
        return True


@contextmanager
def observed(directory: Path, *options: str, **variables: str) -> Iterator[tuple[Server, Written]]:
    """A server on its sandbox that tells as much as it can, and what it wrote."""
    told = ("--sandbox", "--log-level", "debug", "--metrics-port", "0", "--traces", "on")
    written = Written({})
    with collector() as spans:
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = spans.url
        with served(directory, *told, *options, **variables) as server:
            yield server, written
            written.of["metrics"] = httpx2.get(server.metrics_url).text
            written.of["log"] = server.end()
        written.of["traces"] = b"".join(spans.taken).decode("latin-1")


@pytest.mark.anyio
async def test_no_key_text_or_number_is_ever_written(tmp_path: Path) -> None:
    with observed(tmp_path) as (server, written):
        for mode in ("auto", "legacy"):
            async with connected(server.url, KEY, mode) as client:
                await _send(client)
                await _send_wrongly(client)
                await _keep_a_secret(client, f"crm-{mode}")
        async with connected(f"{server.url}?groups=storage,guards", KEY) as client:
            await _keep_a_contract(client)
        _knock(server)
    assert "tools/call send_message" in written.of["traces"]
    assert "POST /messages" in written.of["traces"]
    assert 'telnyx_mcp_calls_total{effect="spends"' in written.of["metrics"]
    assert "POST /mcp 200" in written.of["log"]
    assert "POST /mcp 401" in written.of["log"]
    assert written.holds_none_of(*MARKS)


@pytest.mark.anyio
async def test_no_token_code_link_inbox_subscriber_or_phone_is_ever_written(tmp_path: Path) -> None:
    await leaks_nothing_of_people(tmp_path)


async def leaks_nothing_of_people(directory: Path, **variables: str) -> None:
    """People connect, are asked, on a page and by text, and are told of what happens elsewhere."""
    policy = directory / "policy.toml"
    policy.write_text('[effects]\nspends = "ask"\n')
    seen = Seen()
    with observed(directory, "--policy", str(policy), **variables) as (server, written):
        async with (
            httpx2.AsyncClient(base_url=server.base_url, event_hooks={"response": [seen.note]}) as http,
            connected(f"{server.url}?groups=events,messaging,numbers,guards", KEY) as agent,
            Sandbox.behind(agent) as sandbox,
        ):
            person = Person(http)
            await _connect(http, server, seen)
            await person.enter_account(KEY)
            inbox = await _receive(agent, http, sandbox)
            code = await _keep_a_phone(person, sandbox)
            link = await _approve(agent, person)
            await _subscribe(server)
    assert "POST /webhooks/{inbox} 200" in written.of["log"]
    assert "POST /webhooks/{inbox} 401" in written.of["log"]
    assert "GET /approve/{id} 200" in written.of["log"]
    assert "events/subscribe" in written.of["traces"]
    assert len(seen.secrets) > 10
    assert written.holds_none_of(*MARKS, SUBSCRIBED, SUBSCRIBED[6:], inbox, link, *OWNER_MARKS, *seen.secrets)
    assert re.search(rf"\b{code}\b", written.of["log"] + written.of["traces"]) is None


class Seen:
    """What a server gives its people to keep to themselves: cookies, codes, tokens, and what pages hide in forms."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()

    async def note(self, response: httpx2.Response) -> None:
        await response.aread()
        given = dict(parse_qsl(urlsplit(response.headers.get("location", "")).query))
        found = [*response.cookies.values(), *(given.get(name, "") for name in ("code", "request", "state", "again"))]
        found += re.findall(r'type="hidden" name="[a-z_]+" value="([^"]+)"', response.text)
        found += re.findall(r'"(?:access|refresh)_token": *"([^"]+)"', response.text)
        self.secrets.update(secret for secret in found if len(secret) > 12)


async def _connect(http: httpx2.AsyncClient, server: Server, seen: Seen) -> None:
    """Sign in, use the tokens, rightly and wrongly."""
    client = await Connection.signed_in(http, server.url, KEY, level="look")
    async with connected(server.url, client.access_token) as agent:
        await agent.list_tools()
    assert post(server, LIST_TOOLS, client.access_token[:-4] + "AAAA").status_code == 401
    assert httpx2.get(f"{server.base_url}/mcp?access_token={client.access_token}").status_code == 400
    assert await client.refresh() == "done"
    for form in (
        {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": "MARKEDtoken"},
        {
            "grant_type": "authorization_code",
            "client_id": client.client_id,
            "code": "MARKED",
            "code_verifier": "MARKED",
        },
    ):
        assert (await http.post("/oauth/token", data=form)).status_code == 400
    assert (await http.post("/oauth/revoke", data={"token": client.refresh_token})).status_code < 500
    seen.secrets.add(client.access_token.rpartition(".")[2])


async def _receive(agent: Client, http: httpx2.AsyncClient, sandbox: Sandbox) -> str:
    """Webhooks, of Telnyx and of others; the name of the inbox."""
    (profile,) = (await call(agent, "list_messaging_profiles"))["items"]
    await call(agent, "set_up_webhooks", messaging_profile_id=profile["id"])
    path = urlsplit(
        (await call(agent, "get_messaging_profile", messaging_profile_id=profile["id"]))["webhook_url"]
    ).path
    sender = (await call(agent, "list_phone_numbers"))["items"][0]["phone_number"]
    await sandbox.write(KEY, RECIPIENT, sender, TEXT)
    await call(agent, "wait_for_event", types=["message.received"], timeout_secs=10)
    body = received(TEXT)
    forged = {"content": body, "headers": Signer().headers(body)}
    assert (await http.post(path, **forged)).status_code == 401
    assert (await http.post(f"{path}/more", **forged)).status_code == 404
    return path.rpartition("/")[2]


async def _keep_a_phone(person: Person, sandbox: Sandbox) -> str:
    """Show a phone to be the owner's; the code that did."""
    page = await person.http.get("/account/phone")
    await person.submit(page, "/account/phone", action="send", number=OWNER)
    code = await sandbox.texted(KEY, OWNER, r"\b(\d{6})\b")
    for entered in ("MARKED", code):
        shown = await person.submit(page, "/account/phone", action="confirm", code=entered)
    assert shown.status_code < 400
    return code


async def _approve(agent: Client, person: Person) -> str:
    """Be asked, by text and on the page; the part of the link that nobody guesses."""
    sender = (await call(agent, "list_phone_numbers"))["items"][0]["phone_number"]
    message = {"to": RECIPIENT, "from_number": sender, "text": TEXT}
    error = await refusal(agent, "send_message", **message)
    assert error["texted"]
    page = await person.http.get(f"/approve/{error['approval_id']}")
    decided = await person.http.post(page.url.path, data={**filled(page.text), "decision": "once"})
    assert decided.status_code < 400
    await call(agent, "send_message", **message)
    return str(error["approval_id"])


async def _subscribe(server: Server) -> None:
    """A receiver that nobody reaches, and one that may not be."""
    async with httpx2.AsyncClient(base_url=server.base_url, timeout=PATIENCE_SECS) as http:
        agent = Agent(Peer(http, KEY))
        for url in ("https://markedhost.example.invalid/MARKEDpath?MARKED", "https://127.0.0.1/MARKED", "MARKED"):
            for secret in (SUBSCRIBED, "MARKEDsecret"):
                delivery = {"mode": "webhook", "url": url, "secret": secret}
                told = await agent.ask("events/subscribe", name="message.received", delivery=delivery, cursor=None)
                assert "code" in told


async def _send(client: Client) -> None:
    """A message that goes out, and one for each way in which Telnyx fails."""
    sender = (await call(client, "list_phone_numbers"))["items"][0]["phone_number"]
    message = {"to": RECIPIENT, "from_number": sender, "text": TEXT}
    await call(client, "send_message", **message)
    await client.call_tool("list_phone_numbers", {"phone_number": RECIPIENT})
    async with Sandbox.behind(client) as sandbox:
        for fault in FAULTS:
            await sandbox.fail(method="POST", path="/messages", **fault)
            await client.call_tool("send_message", message)


async def _keep_a_contract(client: Client) -> None:
    """Objects: the key is in the signature of every request."""
    await call(client, "cloud_storage_create_bucket", bucket_name="marked")
    contract = {"bucket_name": "marked", "object_name": "MARKEDname", "overwrite": True, "text": TEXT}
    await call(client, "cloud_storage_put_object", **contract)
    async with Sandbox.behind(client) as sandbox:
        for fault in FAULTS:
            await sandbox.fail(method="PUT", path="/storage/*", **fault)
            await client.call_tool("cloud_storage_put_object", contract)
    await client.call_tool("cloud_storage_put_object", contract | {"object_name": "MARKED/../name"})
    await call(client, "cloud_storage_create_presigned_url", bucket_name="marked", object_name="MARKEDname")


async def _send_wrongly(client: Client) -> None:
    """Arguments that are refused before anything is sent."""
    for arguments in (
        {"to": [RECIPIENT], "text": {"body": TEXT}},
        {"to": RECIPIENT, "text": TEXT, "from_number": TEXT},
        {"to": RECIPIENT, TEXT: TEXT},
    ):
        assert (await client.call_tool("send_message", arguments)).is_error
    assert (await client.call_tool("get_message", {"message_id": f"../{TEXT}"})).is_error


async def _keep_a_secret(client: Client, identifier: str) -> None:
    """The credential of another service, taken, refused, and lost on its way."""
    secret = {"identifier": identifier, "type": "basic", "username": "MARKEDuser", "password": "MARKEDpassword"}
    made = await call(client, "create_integration_secret", **secret)
    seen = [made, await call(client, "list_integration_secrets")]
    for wrong in ({"token": "MARKEDtoken"}, {"type": "bearer"}, {"password": {"MARKED": 1}}, {"type": "MARKED"}):
        refused = await client.call_tool("create_integration_secret", {**secret, **wrong})
        assert refused.is_error
        seen.append(refused.model_dump())
    async with Sandbox.behind(client) as sandbox:
        for fault in FAULTS:
            await sandbox.fail(method="POST", path="/integration_secrets", **fault)
            seen.append((await client.call_tool("create_integration_secret", secret)).model_dump())
    assert "MARKED" not in str(seen)


def _knock(server: Server) -> None:
    """Requests that are turned away at every layer of the edge."""
    call_tool = {
        "jsonrpc": "2.0",
        "id": 3,
        "method": "tools/call",
        "params": {"name": TEXT, "arguments": {"to": RECIPIENT}},
    }
    answers = [
        post(server, LIST_TOOLS, DEAD_KEY),
        post(server, LIST_TOOLS, "not a key MARKED"),
        post(server, call_tool, KEY),
        post(server, {"jsonrpc": TEXT, "id": RECIPIENT, "method": [TEXT]}, KEY),
        post(server, call_tool, KEY, **{"Mcp-Session-Id": TEXT}),
        httpx2.post(f"{server.url}?api_key={KEY}", json=LIST_TOOLS, headers=ACCEPT),
        httpx2.post(f"{server.url}?tools={KEY}", json=LIST_TOOLS, headers={**ACCEPT, **headers(KEY)}),
        httpx2.get(f"{server.base_url}/{KEY}"),
        httpx2.post(server.url, content=f'{{"text": "{TEXT}"', headers={**ACCEPT, **headers(KEY)}),
    ]
    assert all(answer.status_code >= 400 for answer in answers), answers
    _knock_with_a_line_break(server)


def _knock_with_a_line_break(server: Server) -> None:
    """A key with a line break in it, as a copied one may have: no client library sends that."""
    host, port = server.base_url.removeprefix("http://").split(":")
    head = f"POST /mcp HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nAuthorization: Bearer {KEY}\n {KEY}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode())
        assert b" 40" in connection.recv(64)


def test_a_key_with_a_line_break_is_refused_on_stdio_without_being_quoted(tmp_path: Path) -> None:
    ended = run(tmp_path, "stdio", TELNYX_API_KEY=f"{KEY}\n{KEY}")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "TELNYX_API_KEY" in ended.stderr
    assert "MARKED" not in ended.stderr


def test_a_wrong_setting_is_named_without_the_value_of_a_secret(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", TELNYX_MCP_SECRET="MARKEDtooshort")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "TELNYX_MCP_SECRET" in ended.stderr
    assert "MARKED" not in ended.stderr
