"""The last answers of a server that shuts down end their connections."""

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from telnyx_remote_mcp.http.last_answers import LastAnswers


@pytest.mark.anyio
async def test_an_answer_that_begins_after_the_end_is_the_last_of_its_connection() -> None:
    state, heard = {"accepting": True}, list[object]()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        state["accepting"] = scope["path"] != "/end"  # it may end while a request is at work
        await Response(headers={"Connection": "keep-alive"})(scope, receive, send)

    async def receive() -> Message:
        raise AssertionError("nothing is received")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            heard.append([value for name, value in message["headers"] if name == b"connection"])

    answers = LastAnswers(app, lambda: state["accepting"])
    for path in ("/", "/end"):
        await answers({"type": "http", "method": "GET", "path": path}, receive, send)
    assert heard == [[b"keep-alive"], [b"close"]]
