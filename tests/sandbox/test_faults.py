"""Failures on order, and the record of what arrived."""

import time

import httpx2
import pytest
from tests.sandbox.answers import balance, code, data, send


async def fail(control: httpx2.AsyncClient, **fault: object) -> None:
    assert (await control.post("/faults", json=[fault])).status_code == 201


async def test_a_status_fault_answers_without_doing_anything(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient
) -> None:
    await fail(control, method="POST", path="/messages", status=503, retry_after=7)
    assert await balance(api) == "100.00"
    response = await send(api)
    assert (response.status_code, code(response)) == (503, "10037")
    assert response.headers["retry-after"] == "7"
    assert await balance(api) == "100.00"
    assert (await send(api)).is_success


async def test_a_fault_lasts_as_often_as_it_says(api: httpx2.AsyncClient, control: httpx2.AsyncClient) -> None:
    await fail(control, path="/messages/*", status=429, times=2)
    seen = [(await api.get("/messages/1")).status_code for _ in range(3)]
    assert seen == [429, 429, 404]


async def test_faults_can_be_called_off(api: httpx2.AsyncClient, control: httpx2.AsyncClient) -> None:
    await fail(control, status=500, times=100)
    assert (await control.delete("/faults")).status_code == 204
    assert await balance(api) == "100.00"


@pytest.mark.parametrize(
    ("action", "failure", "left"),
    [
        ("reset", httpx2.ReadError, "100.00"),
        ("drop_after_effect", httpx2.ReadError, "99.993"),
        ("half_body", httpx2.RemoteProtocolError, "99.993"),
    ],
)
async def test_a_broken_connection_has_the_effect_that_it_names(
    api: httpx2.AsyncClient,
    control: httpx2.AsyncClient,
    action: str,
    failure: type[httpx2.TransportError],
    left: str,
) -> None:
    await fail(control, method="POST", action=action)
    with pytest.raises(failure):
        await send(api)
    assert await balance(api) == left


async def test_garbage_is_an_answer_that_is_no_json(api: httpx2.AsyncClient, control: httpx2.AsyncClient) -> None:
    await fail(control, method="POST", action="garbage")
    response = await send(api)
    assert response.is_success
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()
    assert await balance(api) == "99.993"


async def test_a_slow_answer_is_a_right_one(api: httpx2.AsyncClient, control: httpx2.AsyncClient) -> None:
    await fail(control, action="slow", delay_secs=0.2)
    started = time.monotonic()
    assert await balance(api) == "100.00"
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(
    "fault",
    [{}, {"status": 200}, {"status": 500, "action": "reset"}, {"action": "explode"}, {"statu": 500}],
)
async def test_a_fault_that_makes_no_sense_is_refused(control: httpx2.AsyncClient, fault: dict[str, object]) -> None:
    response = await control.post("/faults", json=[fault])
    assert response.status_code == 400
    assert response.json()["error"]


async def test_every_request_is_on_record_without_its_secrets(
    api: httpx2.AsyncClient, control: httpx2.AsyncClient
) -> None:
    message = {"from": "+12025550101", "to": "+12025550123", "text": "Hello"}
    await api.post("/messages?secret=1", json=message, headers={"idempotency-key": "once"})
    response = await control.get("/requests")
    (seen,) = data(response)
    assert (seen["method"], seen["path"], seen["idempotency_key"]) == ("POST", "/messages", "once")
    assert "authorization" in seen["header_names"]
    for secret in ("KEY_sandbox", "Hello", "12025550123", "secret"):
        assert secret not in response.text


async def test_idempotency_can_be_switched_off(api: httpx2.AsyncClient, control: httpx2.AsyncClient) -> None:
    assert (await control.post("/settings", json={"ignore_idempotency": True})).is_success
    api.headers["idempotency-key"] = "once"
    assert data(await send(api))["id"] != data(await send(api))["id"]


async def test_time_can_be_moved_over_the_wire(api: httpx2.AsyncClient, control: httpx2.AsyncClient) -> None:
    message_id = data(await send(api))["id"]
    assert (await control.post("/clock", json={"advance_secs": 5})).is_success
    assert data(await api.get(f"/messages/{message_id}"))["to"][0]["status"] == "delivered"


async def test_the_switches_take_json_only(control: httpx2.AsyncClient) -> None:
    response = await control.post("/clock", content=b'{"advance_secs": 5}', headers={"content-type": "text/plain"})
    assert response.status_code == 415
