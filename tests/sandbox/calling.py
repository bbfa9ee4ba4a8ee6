"""Placing calls in tests, and reading what happened on them."""

from typing import Any

import httpx2
from tests.sandbox.answers import RECIPIENT, SENDER, data

from telnyx_sandbox.clock import Clock


async def application(api: httpx2.AsyncClient) -> str:
    return str(data(await api.get("/call_control_applications"))[0]["id"])


async def dial(api: httpx2.AsyncClient, **fields: object) -> httpx2.Response:
    body = {"connection_id": await application(api), "from": SENDER, "to": RECIPIENT, **fields}
    return await api.post("/calls", json={name: value for name, value in body.items() if value is not None})


async def act(api: httpx2.AsyncClient, call_id: str, action: str, **fields: object) -> httpx2.Response:
    return await api.post(f"/calls/{call_id}/actions/{action}", json=fields)


async def events(api: httpx2.AsyncClient, **filters: str) -> list[dict[str, Any]]:
    """Oldest first."""
    query = {"page[size]": "250", **{f"filter[{name}]": value for name, value in filters.items()}}
    found: list[dict[str, Any]] = data(await api.get("/call_events", params=query))
    return found[::-1]


async def happened(api: httpx2.AsyncClient, **filters: str) -> list[str]:
    return [event["name"] for event in await events(api, type="webhook", **filters)]


async def last(api: httpx2.AsyncClient, name: str, **filters: str) -> dict[str, Any]:
    """The payload of the last event of that name."""
    payload: dict[str, Any] = (await events(api, name=name, **filters))[-1]["metadata"]["payload"]
    return payload


async def answered(api: httpx2.AsyncClient, clock: Clock, **fields: object) -> dict[str, Any]:
    """A call that was dialled and has just been answered."""
    call: dict[str, Any] = data(await dial(api, **fields))
    clock.advance(2)
    return call


async def arrive(control: httpx2.AsyncClient) -> str:
    """A call to the first account's number."""
    arrival = {"key": "KEY_sandbox_first", "from": RECIPIENT, "to": SENDER}
    response = await control.post("/calls", json=arrival)
    assert response.status_code == 201, response.text
    return str(response.json()["call_control_id"])
