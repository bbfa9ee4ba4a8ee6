"""Reading the sandbox's answers in tests."""

from typing import Any

import httpx2

SENDER = "+12025550101"
RECIPIENT = "+12025550123"


def data(response: httpx2.Response) -> Any:
    assert response.is_success, response.text
    return response.json()["data"]


def code(response: httpx2.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["code"])


async def send(api: httpx2.AsyncClient, **fields: object) -> httpx2.Response:
    return await api.post("/messages", json={"from": SENDER, "to": RECIPIENT, "text": "Hello", **fields})


async def balance(api: httpx2.AsyncClient) -> str:
    return str(data(await api.get("/balance"))["balance"])
