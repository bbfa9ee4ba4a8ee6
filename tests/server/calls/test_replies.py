"""One call, from what the agent sent to what it reads back; an agent never reads a traceback."""

import json
import logging
from typing import Any

import anyio
import mcp_types as types
import pytest
from tests import contexts

from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import ApiError, ErrorItem, MissingCredential, OutcomeUnknown
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import Group
from telnyx_tools.tool.tool import Tool

pytestmark = pytest.mark.anyio

NOTHING = contexts.context(Api().bind(None, "key:test"))
TEXT = "See you at noon +12025550177"


class Text(Result):
    text: str | None = None
    note: str | None = None


def tool(outcome: Exception | Result, effect: Effect = Effect.READ, check: str | None = None) -> Tool:
    group = Group("texts", title="Texts", summary="Texts.")

    async def send_text(to: str, text: str = "") -> Text:
        """Send a text."""
        if isinstance(outcome, Exception):
            raise outcome
        return Text(text=text or to)

    send_text.__annotations__ = {"to": str, "text": str, "return": Text}
    group.tool(effect=effect, scope="texts.write", check=check)(send_text)
    return group.tools[0]


async def error_of(called: Tool, **arguments: object) -> dict[str, Any]:
    result = await contexts.replied(called, arguments, NOTHING)
    assert result.is_error
    assert result.structured_content is None
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    error: dict[str, Any] = json.loads(block.text)["error"]
    return error


async def test_a_result_is_structured_and_the_same_json_as_compact_text() -> None:
    result = await contexts.replied(tool(Text()), {"to": "ä", "text": "漢 🙂"}, NOTHING)
    assert not result.is_error
    assert result.structured_content == {"text": "漢 🙂"}
    assert [block.text for block in result.content if isinstance(block, types.TextContent)] == ['{"text":"漢 🙂"}']


async def test_bad_arguments_are_an_error_of_the_call_and_not_of_the_protocol() -> None:
    error = await error_of(tool(Text()), two=1)
    assert error["code"] == "invalid_arguments"
    assert [problem["argument"] for problem in error["problems"]] == ["to", "two"]


async def test_an_error_of_telnyx_is_described() -> None:
    failure = ApiError("POST /messages", 422, [ErrorItem("40310", "Invalid 'to'")], request_id="r-1")
    error = await error_of(tool(failure), to="x")
    assert (error["code"], error["status"], error["request_id"]) == ("40310", 422, "r-1")


async def test_a_missing_credential_says_what_to_set() -> None:
    assert "TELNYX_API_KEY" in (await error_of(tool(MissingCredential()), to="x"))["remedy"]


async def test_an_unknown_outcome_says_how_to_find_out() -> None:
    lost = OutcomeUnknown("POST /messages", "The connection broke.")
    error = await error_of(tool(lost, Effect.SPENDS, "Call list_texts."), to="x")
    assert (error["code"], error["remedy"]) == ("outcome_unknown", "Call list_texts.")


async def test_a_check_that_the_error_brings_is_kept() -> None:
    lost = OutcomeUnknown("POST /messages", "The connection broke.")
    lost.check = "Look there."
    assert (await error_of(tool(lost, Effect.SPENDS, "Call list_texts."), to="x"))["remedy"] == "Look there."


@pytest.mark.parametrize(
    ("effect", "check", "remedy"),
    [
        (Effect.READ, None, None),
        (Effect.WRITE, None, "It may have taken place: look before making this call again."),
        (Effect.SPENDS, "Call list_texts.", "Call list_texts."),
    ],
)
async def test_a_failure_of_this_server_tells_nothing_but_how_to_find_out(
    effect: Effect, check: str | None, remedy: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    error = await error_of(tool(RuntimeError(TEXT), effect, check), to="x", text=TEXT)
    assert error.pop("remedy", None) == remedy
    assert error == {
        "code": "internal_error",
        "title": "This server failed; its log has the details",
        "tool": "send_text",
    }


async def test_the_log_of_a_failure_says_where_and_quotes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await error_of(tool(RuntimeError(TEXT)), to=TEXT)
    assert "send_text failed with RuntimeError" in caplog.text
    assert "test_replies.py" in caplog.text
    assert TEXT not in caplog.text
    assert "5550177" not in caplog.text


async def test_a_cancelled_call_is_cancelled() -> None:
    group = Group("texts", title="Texts", summary="Texts.")

    @group.tool(effect=Effect.READ, scope="texts.read")
    async def wait() -> Result:
        await anyio.sleep_forever()
        raise AssertionError("woken")

    with anyio.move_on_after(0.01) as scope:
        await contexts.replied(group.tools[0], {}, NOTHING)
    assert scope.cancelled_caught


async def test_a_tool_that_another_calls_raises_its_error() -> None:
    lost = OutcomeUnknown("POST /messages", "The connection broke.")
    with pytest.raises(OutcomeUnknown) as caught:
        await contexts.run(tool(lost, Effect.SPENDS, "Call list_texts."), {"to": "x"}, NOTHING)
    assert caught.value.check == "Call list_texts."


async def test_what_nobody_sees_reaches_no_agent_in_a_result_or_in_an_error() -> None:
    hidden = "Hi\u200b\u202e\U000e0049\x1b there"
    result = await contexts.replied(tool(Text()), {"to": "x", "text": hidden}, NOTHING)
    assert result.structured_content == {"text": "Hi there"}
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    assert json.loads(block.text) == {"text": "Hi there"}
    failure = ApiError("POST /messages", 422, [ErrorItem("40310", f"No {hidden}", detail=hidden)])
    error = await error_of(tool(failure), to="x")
    assert (error["title"], error["detail"]) == ("No Hi there", "Hi there")
