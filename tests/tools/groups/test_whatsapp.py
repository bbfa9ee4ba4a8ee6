"""Messages on WhatsApp, against a sandbox whose clock stands still until a test moves it."""

import json
from typing import Any

import httpx2
import pytest
from tests.tools.groups.sandboxed import answering, call, unasked

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, TelnyxError
from telnyx_tools.argument_errors import InvalidArguments

NUMBER, STRANGER, WRITER = "+12025550101", "+12025550123", "+12025550142"
USER_ID = "US.13491208655302741918"
ORDER = {"name": "order_confirmation", "language": "en_US", "body": ["Ada", "A-17"]}
DAY = 24 * 60 * 60
WINDOW = f"/v2/whatsapp/phone_numbers/%2B{NUMBER[1:]}/conversation_window"


async def send(telnyx: Telnyx, tool: str, to: str = WRITER, **arguments: object) -> dict[str, Any]:
    return await call(telnyx, tool, from_number=NUMBER, to=to, **arguments)


async def refusal(telnyx: Telnyx, tool: str, to: str = WRITER, **arguments: object) -> dict[str, Any]:
    with pytest.raises(TelnyxError) as refused:
        await send(telnyx, tool, to, **arguments)
    return dict(refused.value.describe())


async def sent(tool: str, window: object = True, **arguments: object) -> tuple[Any, dict[str, Any]]:
    """What goes to Meta, and the result; `window` is what the API says of the window, an error where it is a status."""
    posted: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            posted.append(json.loads(request.content))
            return httpx2.Response(200, json={"data": {"id": "1", "to": [{"status": "queued"}]}})
        if isinstance(window, int) and not isinstance(window, bool):
            return httpx2.Response(window, json={"errors": [{"code": "10005", "title": "Not found"}]})
        return httpx2.Response(200, json={"data": {"window_active": window}})

    async with answering(answer) as telnyx:
        result = await call(telnyx, tool, **{"from_number": NUMBER, "to": WRITER, **arguments})
    (body,) = posted
    return body, result


async def test_a_template_reaches_a_stranger_and_a_text_whoever_wrote(telnyx: Telnyx, clock: Clock) -> None:
    first = await send(telnyx, "send_whatsapp_template", STRANGER, **ORDER)
    reply = await send(telnyx, "send_whatsapp_text", text="Thank you")
    assert (first["type"], first["cost"]["amount"]) == ("WHATSAPP", "0.008")
    assert "note" not in reply
    clock.advance(1)
    for message in (first, reply):
        assert (await call(telnyx, "get_message", message_id=message["id"]))["to"][0]["status"] == "delivered"
    records = (await call(telnyx, "search_message_records"))["items"]
    assert {record["message_type"] for record in records} == {"WHATSAPP"}


async def test_outside_the_window_nothing_is_sent_and_templates_are_offered(telnyx: Telnyx, clock: Clock) -> None:
    error = await refusal(telnyx, "send_whatsapp_text", STRANGER, text="Hello")
    assert error["code"] == "conversation_window_closed"
    assert "send_whatsapp_template" in error["remedy"]
    offered = [one["name"] for one in error["approved_templates"]]
    assert offered == ["order_confirmation", "appointment_reminder"]
    clock.advance(DAY)
    error = await refusal(telnyx, "send_whatsapp_location", latitude=52.5, longitude=13.4)
    assert "2026-09-21" in error["detail"]
    assert (await call(telnyx, "search_message_records"))["items"] == []


async def test_the_window_is_read_as_the_api_tells_it(telnyx: Telnyx, clock: Clock) -> None:
    opened = await send(telnyx, "get_whatsapp_conversation_window")
    assert opened["window_active"] is True
    assert opened["window_expires_at"].startswith("2026-09-22")
    clock.advance(DAY)
    assert (await send(telnyx, "get_whatsapp_conversation_window"))["window_active"] is False


@pytest.mark.parametrize("window", [404, None, "odd"])
async def test_a_window_that_cannot_be_read_stops_nobody(window: object) -> None:
    body, result = await sent("send_whatsapp_text", window, text="Hello")
    assert body["whatsapp_message"] == {"type": "text", "text": {"body": "Hello"}}
    assert "without knowing" in result["note"]


async def test_every_argument_of_a_template_reaches_its_field() -> None:
    body, _ = await sent(
        "send_whatsapp_template",
        to=STRANGER,
        **ORDER,
        header="Shop",
        buttons=[
            {"index": 0, "type": "url", "text": "A-17"},
            {"index": 1, "type": "flow", "flow_token": "t", "flow_action_data": {"a": 1}},
        ],
        messaging_profile_id="p",
        webhook_url="https://example.com/hook",
        callback_data="c",
    )
    assert body == {
        "from": NUMBER,
        "to": STRANGER,
        "type": "WHATSAPP",
        "messaging_profile_id": "p",
        "webhook_url": "https://example.com/hook",
        "whatsapp_message": {
            "type": "template",
            "biz_opaque_callback_data": "c",
            "template": {
                "name": "order_confirmation",
                "language": {"code": "en_US"},
                "components": [
                    {"type": "header", "parameters": [{"type": "text", "text": "Shop"}]},
                    {
                        "type": "body",
                        "parameters": [{"type": "text", "text": "Ada"}, {"type": "text", "text": "A-17"}],
                    },
                    {
                        "type": "button",
                        "sub_type": "url",
                        "index": 0,
                        "parameters": [{"type": "text", "text": "A-17"}],
                    },
                    {
                        "type": "button",
                        "sub_type": "flow",
                        "index": 1,
                        "parameters": [{"type": "action", "action": {"flow_token": "t", "flow_action_data": {"a": 1}}}],
                    },
                ],
            },
        },
    }


@pytest.mark.parametrize(
    ("tool", "arguments", "kind", "content"),
    [
        (
            "send_whatsapp_media",
            {"kind": "document", "media_url": "https://example.com/a.pdf", "filename": "a.pdf", "caption": "A"},
            "document",
            {"link": "https://example.com/a.pdf", "filename": "a.pdf", "caption": "A"},
        ),
        (
            "send_whatsapp_location",
            {"latitude": 52.52, "longitude": 13.405, "name": "Shop"},
            "location",
            {"latitude": "52.520000", "longitude": "13.405000", "name": "Shop"},
        ),
        (
            "send_whatsapp_reaction",
            {"message_id": "wamid.1", "emoji": "👍"},
            "reaction",
            {"message_id": "wamid.1", "emoji": "👍"},
        ),
        (
            "send_whatsapp_contacts",
            {"contacts": [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": STRANGER, "type": "CELL"}]}]},
            "contacts",
            [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": STRANGER, "type": "CELL"}]}],
        ),
    ],
)
async def test_each_kind_of_message_has_its_own_form(
    tool: str, arguments: dict[str, object], kind: str, content: object
) -> None:
    body, _ = await sent(tool, **arguments)
    assert body["whatsapp_message"] == {"type": kind, kind: content}


ROW = {"id": "1", "title": "One"}


@pytest.mark.parametrize(
    ("action", "kind", "expected"),
    [
        (
            {"type": "buttons", "buttons": [{"id": "yes", "title": "Yes"}]},
            "button",
            {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
        ),
        (
            {"type": "list", "button": "Times", "sections": [{"rows": [ROW]}]},
            "list",
            {"button": "Times", "sections": [{"rows": [ROW]}]},
        ),
        (
            {"type": "cta_url", "display_text": "Open", "url": "https://example.com"},
            "cta_url",
            {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://example.com"}},
        ),
        ({"type": "location_request"}, "location_request_message", {"name": "send_location"}),
        (
            {"type": "flow", "flow_id": "7", "button": "Book", "screen": "FIRST", "data": {"day": 1}},
            "flow",
            {
                "name": "flow",
                "parameters": {
                    "flow_message_version": "3",
                    "flow_id": "7",
                    "flow_cta": "Book",
                    "flow_action_payload": {"screen": "FIRST", "data": {"day": 1}},
                },
            },
        ),
        (
            {"type": "carousel", "cards": [{"media_type": "image", "media_url": "https://example.com/1.png"}] * 2},
            "carousel",
            {
                "cards": [
                    {
                        "card_index": index,
                        "type": "cta_url",
                        "header": {"type": "image", "image": {"link": "https://example.com/1.png"}},
                    }
                    for index in range(2)
                ]
            },
        ),
    ],
)
async def test_each_interactive_message_has_its_own_action(
    action: dict[str, object], kind: str, expected: object
) -> None:
    header = {"type": "text", "text": "Shop"}
    body, _ = await sent("send_whatsapp_interactive", text="Well?", action=action, header=header, footer="Bye")
    assert body["whatsapp_message"]["interactive"] == {
        "type": kind,
        "body": {"text": "Well?"},
        "action": expected,
        "header": header,
        "footer": {"text": "Bye"},
    }


async def test_an_object_that_comes_as_text_is_read_as_one(telnyx: Telnyx) -> None:
    action = json.dumps({"type": "buttons", "buttons": [{"id": "yes", "title": "Yes"}]})
    assert (await send(telnyx, "send_whatsapp_interactive", text="Well?", action=action))["id"]


@pytest.mark.parametrize(("action", "problem"), [({}, "with its type"), ({"type": "button"}, "one of: 'buttons', ")])
async def test_an_action_of_no_known_type_is_answered_with_the_types(action: dict[str, Any], problem: str) -> None:
    async with unasked() as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await send(telnyx, "send_whatsapp_interactive", text="?", action=action)
    assert problem in refused.value.problems[0].problem


@pytest.mark.parametrize(
    ("tool", "arguments", "argument"),
    [
        ("send_whatsapp_template", {}, "name"),
        ("send_whatsapp_template", {"name": "order_confirmation"}, "language"),
        ("send_whatsapp_template", {**ORDER, "template_id": "1"}, "template_id"),
        ("send_whatsapp_template", {**ORDER, "buttons": [{"index": 0, "type": "url"}]}, "buttons.0.text"),
        ("send_whatsapp_text", {"text": ""}, "text"),
        ("send_whatsapp_text", {"text": "a" * 4097}, "text"),
        ("send_whatsapp_text", {"text": "a", "to": "12025550142"}, "to"),
        ("send_whatsapp_media", {"kind": "audio", "media_url": "https://example.com/a.ogg", "caption": "A"}, "caption"),
        ("send_whatsapp_media", {"kind": "image", "media_url": "https://example.com/a.png", "voice": True}, "voice"),
        ("send_whatsapp_location", {"latitude": 91, "longitude": 0}, "latitude"),
        (
            "send_whatsapp_interactive",
            {"text": "?", "action": {"type": "buttons", "buttons": [{"id": "1", "title": "a" * 21}]}},
            "action.buttons.buttons.0.title",
        ),
        (
            "send_whatsapp_interactive",
            {"text": "?", "action": {"type": "list", "button": "b", "sections": [{"rows": [ROW] * 6}] * 2}},
            "action.sections",
        ),
        (
            "send_whatsapp_interactive",
            {"text": "?", "action": {"type": "carousel", "cards": []}},
            "action.carousel.cards",
        ),
        (
            "send_whatsapp_interactive",
            {"text": "?", "action": {"type": "location_request"}, "header": {"type": "image"}},
            "header.media_url",
        ),
    ],
)
async def test_what_whatsapp_would_not_take_is_refused_before_anything_is_sent(
    tool: str, arguments: dict[str, Any], argument: str
) -> None:
    async with unasked() as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, tool, **{"from_number": NUMBER, "to": WRITER, **arguments})
    assert [problem.argument for problem in refused.value.problems] == [argument]


async def test_a_code_does_not_go_to_a_user_id_and_another_template_does(telnyx: Telnyx) -> None:
    code = {"name": "login_code", "language": "en_US", "body": ["1234"]}
    error = await refusal(telnyx, "send_whatsapp_template", USER_ID, **code)
    assert error["problems"][0]["argument"] == "to"
    (found,) = (await call(telnyx, "list_whatsapp_templates", search="login"))["items"]
    error = await refusal(telnyx, "send_whatsapp_template", USER_ID, template_id=found["id"], body=["1234"])
    assert error["problems"][0]["argument"] == "to"
    assert (await send(telnyx, "send_whatsapp_template", USER_ID, **ORDER))["to"][0]["phone_number"] == USER_ID


@pytest.mark.parametrize(
    ("arguments", "meta_code", "tool"),
    [
        ({**ORDER, "body": ["Ada"]}, "132000", "list_whatsapp_templates"),
        ({**ORDER, "language": "de"}, "132001", "list_whatsapp_templates"),
        ({"name": "summer_sale", "language": "en_US"}, "132015", "update_whatsapp_template"),
        ({"name": "old_greeting", "language": "en_US"}, "132016", "create_whatsapp_template"),
        ({**ORDER, "to": "+15550130429"}, "130429", "Slow down"),
        ({**ORDER, "to": "+15550131031"}, "131031", "WhatsApp Manager"),
    ],
)
async def test_metas_code_is_told_with_what_to_do(
    telnyx: Telnyx, arguments: dict[str, Any], meta_code: str, tool: str
) -> None:
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "send_whatsapp_template", **{"from_number": NUMBER, "to": STRANGER, **arguments})
    error = refused.value.describe()
    assert (error["code"], error["meta_code"]) == ("41000", meta_code)
    assert tool in str(error["remedy"])


async def test_a_failure_that_comes_later_is_told_with_what_to_do_too(telnyx: Telnyx, clock: Clock) -> None:
    message = await send(telnyx, "send_whatsapp_template", "+15550131026", **ORDER)
    clock.advance(1)
    failed = await call(telnyx, "get_message", message_id=message["id"])
    (error,) = failed["errors"]
    assert (failed["to"][0]["status"], error["code"], error["meta_code"]) == ("delivery_failed", "41000", "131026")
    assert "send_message" in error["remedy"]
