"""What every operation has in common: credentials, errors, pages, limits, idempotency."""

import httpx2
import pytest
from tests.sandbox.answers import balance, code, data, send
from tests.sandbox.conftest import client

from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving

KEY = {"authorization": "Bearer KEY_sandbox_first"}


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer KEY0123"}, {"authorization": "Basic KEY_sandbox_first"}],
)
async def test_only_sandbox_keys_are_let_in(base_url: str, headers: dict[str, str]) -> None:
    async with httpx2.AsyncClient(base_url=base_url) as anyone:
        response = await anyone.get("/balance", headers=headers)
    assert (response.status_code, code(response)) == (401, "10009")


async def test_each_key_is_an_account_of_its_own(api: httpx2.AsyncClient, other: httpx2.AsyncClient) -> None:
    await send(api)
    assert (await balance(api), await balance(other)) == ("99.993", "100.00")


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/nothing/here", 404, "10005"),
        ("GET", "/v2/balance", 404, "10005"),
        ("GET", "/messages/", 404, "10005"),
        ("GET", "/messages/..%2Fbalance", 404, "10005"),
        ("PUT", "/balance", 405, "10030"),
    ],
)
async def test_an_unknown_operation_is_refused(
    api: httpx2.AsyncClient, method: str, path: str, status: int, expected: str
) -> None:
    response = await api.request(method, path)
    assert (response.status_code, code(response)) == (status, expected)


@pytest.mark.parametrize(
    ("content", "media_type", "status", "expected"),
    [
        (b"{", "application/json", 400, "10023"),
        (b"[" * 100_000, "application/json", 400, "10023"),
        (b"[]", "application/json", 400, "10015"),
        (b"to=1", "application/x-www-form-urlencoded", 415, "10029"),
        (b" " * (8 * 1024 * 1024 + 1), "application/json", 413, "10015"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(
    api: httpx2.AsyncClient, content: bytes, media_type: str, status: int, expected: str
) -> None:
    response = await api.post("/messages", content=content, headers={"content-type": media_type})
    assert (response.status_code, code(response)) == (status, expected)


async def test_lists_come_in_pages(api: httpx2.AsyncClient) -> None:
    for name in ("one", "two", "three", "four"):
        profile = {"name": name, "whitelisted_destinations": ["US"]}
        data(await api.post("/messaging_profiles", json=profile))
    page = (await api.get("/messaging_profiles", params={"page[number]": "2", "page[size]": "2"})).json()
    assert [row["name"] for row in page["data"]] == ["two", "three"]
    assert page["meta"] == {"page_number": 2, "page_size": 2, "total_pages": 3, "total_results": 5}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"page[size]": "251"}, "10033"),
        ({"page[number]": "0"}, "10033"),
        ({"page[size]": "many"}, "10026"),
        ({"filter[colour]": "red"}, "10031"),
    ],
)
async def test_a_bad_query_names_its_parameter(api: httpx2.AsyncClient, params: dict[str, str], expected: str) -> None:
    response = await api.get("/messaging_profiles", params=params)
    assert (response.status_code, code(response)) == (400, expected)
    assert response.json()["errors"][0]["source"] == {"parameter": next(iter(params))}


async def test_the_rate_limit_is_announced_and_kept(clock: Clock) -> None:
    async with serving(create_app(clock=clock, rate_limit=2)) as url, client(url, "KEY_sandbox_first") as api:
        first, second, third = [await api.get("/balance") for _ in range(3)]
        assert first.headers["x-ratelimit-remaining"] == "1"
        assert second.headers["x-ratelimit-remaining"] == "0"
        assert (third.status_code, code(third)) == (429, "10011")
        clock.advance(1)
        assert (await api.get("/balance")).is_success


async def test_an_idempotency_key_returns_the_first_answer_for_a_day(
    api: httpx2.AsyncClient, other: httpx2.AsyncClient, clock: Clock
) -> None:
    async def sent(account: httpx2.AsyncClient) -> str:
        message = {"from": "+12025550101", "to": "+12025550123", "text": "Hello"}
        return str(data(await account.post("/messages", json=message, headers={"idempotency-key": "1"}))["id"])

    first = await sent(api)
    assert await sent(api) == first
    assert await balance(api) == "99.993"
    assert await sent(other) != first
    clock.advance(24 * 60 * 60 + 1)
    assert await sent(api) != first


async def test_an_idempotency_key_means_nothing_to_number_orders(api: httpx2.AsyncClient) -> None:
    found = data(await api.get("/available_phone_numbers", params={"filter[limit]": "1"}))
    order = {"phone_numbers": [{"phone_number": found[0]["phone_number"]}]}
    responses = [await api.post("/number_orders", json=order, headers={"idempotency-key": "1"}) for _ in range(2)]
    assert responses[0].is_success
    assert code(responses[1]) == "85001"


async def test_ids_are_the_same_in_every_run(clock: Clock) -> None:
    ids = set()
    for _ in range(2):
        async with serving(create_app(clock=clock)) as url, client(url, "KEY_sandbox_first") as api:
            ids.add(data(await send(api))["id"])
    assert len(ids) == 1
