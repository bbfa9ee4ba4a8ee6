"""The gate in front of the MCP endpoints, over HTTP."""

import logging
from collections.abc import Mapping, Sequence

import httpx2
import pytest
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, authorization_context
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.server.auth.upstream import BalanceServer, Telnyx
from tests.server.clocks import ManualClock
from tests.server.serving import raw_exchange, serving

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.verdicts import balance_check
from telnyx_remote_mcp.buckets import LocalRate
from telnyx_remote_mcp.gate.authenticate import Authenticate
from telnyx_remote_mcp.http.client_address import ClientAddress
from telnyx_remote_mcp.http.edge import Edge
from telnyx_remote_mcp.telemetry.meter import Meter
from telnyx_tools.api.client import Api

KEY = "KEY0123456789abcdef_MARKED"
MADE_UP = "KEYfedcba9876543210_MARKED"
BEARER = {"Authorization": f"Bearer {KEY}"}


async def whoami(scope: Scope, receive: Receive, send: Send) -> None:
    caller = Caller.of(scope)
    assert isinstance(caller, Caller)
    assert isinstance(scope["user"], AuthenticatedUser)
    owner = authorization_context(scope["user"])
    answer = {"principal": caller.principal, "lane": caller.lane, "owner": owner}
    await JSONResponse(answer)(scope, receive, send)


class Gate:
    """The gate in front of `whoami`, with a Telnyx that knows one key."""

    def __init__(self, failures: int = 100) -> None:
        self.telnyx = Telnyx(KEY)
        self.clock = ManualClock()
        self.keys = ApiKeys(self.telnyx.check, lambda: b"p" * 32, clock=self.clock)
        self.app: ASGIApp = Authenticate(whoami, self.keys, LocalRate(failures, clock=self.clock))

    async def ask(
        self, headers: Mapping[str, str] | Sequence[tuple[str, str]] = (), query: str = "", method: str = "POST"
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, f"/mcp{query}", headers=headers)

    async def ask_below_http(self, authorization: bytes) -> list[Message]:
        """With a header value that HTTP might not let through."""
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(b"authorization", authorization)]
        scope = {"type": "http", "method": "POST", "path": "/mcp", "query_string": b"", "headers": headers}
        await self.app(scope, receive, send)
        return sent


@pytest.mark.anyio
@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer   {KEY}"},
        {"X-Telnyx-API-Key": KEY},
        {"Authorization": f"Bearer {KEY}", "X-Telnyx-API-Key": KEY},
    ],
)
async def test_a_genuine_key_names_the_caller_in_every_form(headers: dict[str, str]) -> None:
    server = Gate()
    response = await server.ask(headers)
    principal = server.keys.principal(KEY)
    assert response.status_code == 200
    assert response.json() == {
        "principal": principal,
        "lane": "api_key",
        "owner": {"client_id": principal, "issuer": "telnyx-api-key", "subject": principal},
    }


@pytest.mark.anyio
@pytest.mark.parametrize("http", ["httptools", "h11"])
async def test_whitespace_around_a_key_is_not_part_of_it(http: str) -> None:
    server = Gate()
    async with serving(server.app, http) as url:
        for header in (f"Authorization:  Bearer \t{KEY} \t", f"X-Telnyx-API-Key:\t {KEY}  "):
            answer = await raw_exchange(url, ["GET /mcp HTTP/1.1", "Host: localhost", header])
            assert answer.startswith("HTTP/1.1 200 ")
    assert server.telnyx.shown == [KEY]


@pytest.mark.anyio
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT"])
async def test_no_credential_is_a_plain_challenge_for_every_method(method: str) -> None:
    server = Gate()
    response = await server.ask(method=method)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="telnyx"'
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"
    assert response.json()["error"] == "unauthorized"
    assert "Authorization: Bearer KEY..." in response.json()["error_description"]


@pytest.mark.anyio
async def test_a_dead_key_is_an_invalid_token() -> None:
    server = Gate()
    response = await server.ask({"Authorization": f"Bearer {MADE_UP}"})
    description = response.json()["error_description"]
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_token"
    assert response.headers["www-authenticate"] == (
        f'Bearer realm="telnyx", error="invalid_token", error_description="{description}"'
    )
    assert response.headers["cache-control"] == "no-store"
    assert "portal.telnyx.com" in description


@pytest.mark.anyio
@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer not-a-key",
        "Bearer KEY",
        "Bearer KEY with spaces",
        "Bearer KEY\x7f0123",
        "Bearer KEY0123\r\nX-Evil: 1",
        "Bearer KEY0123\n",
        "Bearer KEYä",
        f"Bearer {'KEY' + 'x' * 510}",
        "Bearer ${TELNYX_API_KEY}",
        f"Basic {KEY}",
        "eyJhbGciOiJub25lIn0.e30.",
    ],
)
async def test_what_cannot_be_a_key_is_refused_without_asking_telnyx(value: str) -> None:
    server = Gate()
    start, _ = await server.ask_below_http(value.encode("latin-1"))
    assert start["status"] == 401
    assert b'error="invalid_token"' in dict(start["headers"])[b"www-authenticate"]
    assert server.telnyx.shown == []


@pytest.mark.anyio
async def test_two_different_credentials_are_a_bad_request() -> None:
    server = Gate()
    for headers in (
        [("Authorization", f"Bearer {KEY}"), ("X-Telnyx-API-Key", MADE_UP)],
        [("Authorization", f"Bearer {KEY}"), ("Authorization", f"Bearer {MADE_UP}")],
    ):
        response = await server.ask(headers)
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_request"
        assert "www-authenticate" not in response.headers
    assert server.telnyx.shown == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "query",
    [
        f"?api_key={KEY}",
        f"?groups=numbers&access_token={KEY}",
        f"?token={KEY}",
        f"?X-Telnyx-API-Key={KEY}",
        "?telnyx_api_key=",
        f"?anything={KEY}",
        f"?anything=Bearer%20{KEY}",
        f"?%61pi_key={KEY}",
        f"?anything=%4bEY{KEY[3:]}",
        f"?{KEY}",
    ],
)
async def test_a_credential_in_the_url_is_refused_even_beside_a_good_one(query: str) -> None:
    server = Gate()
    response = await server.ask(BEARER, query)
    assert server.telnyx.shown == []
    assert response.status_code == 400
    assert "MARKED" not in response.text


@pytest.mark.anyio
@pytest.mark.parametrize(
    "query", ["?groups=messaging", "?tools=create_api_key_note,KEYS", "?read_only=true", "?surface=monkey="]
)
async def test_other_queries_pass(query: str) -> None:
    server = Gate()
    assert (await server.ask(BEARER, query)).status_code == 200


@pytest.mark.anyio
async def test_a_verified_key_is_shown_to_telnyx_once() -> None:
    server = Gate()
    for _ in range(3):
        assert (await server.ask(BEARER)).status_code == 200
    assert server.telnyx.shown == [KEY]


@pytest.mark.anyio
async def test_a_key_that_a_call_found_dead_is_refused_on_the_next_request() -> None:
    server = Gate()
    await server.ask(BEARER)
    server.keys.reject(server.keys.principal(KEY))
    assert (await server.ask(BEARER)).status_code == 401
    server.clock.advance(30)
    assert (await server.ask(BEARER)).status_code == 200


@pytest.mark.anyio
async def test_an_address_with_too_many_failures_has_to_wait() -> None:
    server = Gate(failures=3)
    bad = {"Authorization": "Bearer nonsense"}
    assert [(await server.ask(bad)).status_code for _ in range(3)] == [401, 401, 401]
    response = await server.ask({"Authorization": f"Bearer {MADE_UP}"})
    assert (response.status_code, response.headers["retry-after"]) == (429, "20")
    assert (await server.ask(BEARER)).status_code == 429
    assert server.telnyx.shown == []
    server.clock.advance(20)
    assert (await server.ask(BEARER)).status_code == 200


@pytest.mark.anyio
async def test_failures_of_a_neighbour_do_not_lock_out_a_key_that_is_known_to_be_genuine() -> None:
    server = Gate(failures=1)
    await server.ask(BEARER)
    bad = {"Authorization": "Bearer nonsense"}
    assert [(await server.ask(bad)).status_code for _ in range(2)] == [401, 429]
    assert (await server.ask(BEARER)).status_code == 200


@pytest.mark.anyio
async def test_a_key_that_telnyx_cannot_be_asked_about_is_no_failure_of_its_address() -> None:
    server = Gate(failures=1)
    server.telnyx.down = True
    for _ in range(3):
        response = await server.ask(BEARER)
        assert (response.status_code, response.headers["retry-after"]) == (503, "4")


@pytest.mark.anyio
async def test_neither_success_nor_a_missing_credential_counts_as_a_failure() -> None:
    server = Gate(failures=1)
    for _ in range(3):
        assert (await server.ask(BEARER)).status_code == 200
        assert (await server.ask()).status_code == 401
    assert (await server.ask({"Authorization": f"Bearer {MADE_UP}"})).status_code == 401


class FailedLogins(Meter):
    count = 0

    def failed_login(self) -> None:
        self.count += 1


@pytest.mark.anyio
async def test_the_log_has_the_address_of_who_fails_and_of_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "telnyx_remote_mcp.access")
    server = Gate(failures=1)
    meter = FailedLogins()
    server.app = ClientAddress(Edge(server.app, meter), ["127.0.0.1"])
    from_six = {"X-Forwarded-For": "2001:db8:1:2:3:4:5:6"}
    for headers in (BEARER, {}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer nonsense"}):
        await server.ask({**headers, **from_six})
    told = [record.args for record in caplog.records if record.name == "telnyx_remote_mcp.access"]
    assert [(line["status"], line.get("address")) for line in told if isinstance(line, dict)] == [
        (200, None),
        (401, None),
        (401, "2001:db8:1:2::/64"),
        (429, "2001:db8:1:2::/64"),
    ]
    assert caplog.records[-1].getMessage().endswith(" by=- from=2001:db8:1:2::/64")
    assert meter.count == 2


@pytest.mark.anyio
async def test_no_log_and_no_answer_holds_a_key_whatever_becomes_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(BalanceServer(KEY)) as telnyx, Api(f"{telnyx}/v2") as api:
        keys = ApiKeys(balance_check(api), lambda: b"p" * 32)
        app = Edge(Authenticate(whoami, keys, LocalRate(9)))
        async with serving(app) as url:
            answers = [
                await raw_exchange(url, [f"POST {target} HTTP/1.1", "Host: localhost", *headers])
                for target, headers, _ in EXCHANGES
            ]
    assert [answer.split()[1] for answer in answers] == [status for _, _, status in EXCHANGES]
    assert "POST /mcp 200 " in caplog.text
    assert "MARKED" not in caplog.text + "".join(answers)


EXCHANGES = [
    ("/mcp", [f"Authorization: Bearer {KEY}"], "200"),
    ("/mcp", [f"Authorization: Bearer {MADE_UP}"], "401"),
    ("/mcp", [f"Authorization: Bearer {KEY} {KEY}"], "401"),
    ("/mcp", [f"Authorization: Bearer {KEY}\nX-Evil: 1"], "400"),
    ("/mcp", [f"Authorization: Bearer {KEY}", f"X-Telnyx-API-Key: {MADE_UP}"], "400"),
    ("/mcp", [f"X-Request-Id: {KEY}"], "401"),
    (f"/mcp?api_key={KEY}", [], "400"),
    (f"/mcp/{KEY}", [], "401"),
]


@pytest.mark.anyio
async def test_a_key_with_a_line_break_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent = await Gate().ask_below_http(f"Bearer {KEY}\nX-Evil: 1".encode())
    assert sent[0]["status"] == 401
    assert "MARKED" not in caplog.text + str(sent)
