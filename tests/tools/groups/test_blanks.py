"""Clients of strict function calling give every property; what they do not set changes, finds and sends nothing."""

import json

import httpx2
import pytest
from tests.sandbox.answers import SENDER
from tests.tools.groups.sandboxed import answering, call

from telnyx_tools.api.client import Telnyx

SENT = {"from_number": SENDER, "to": "+12025550123", "text": "hi"}


async def test_only_what_has_a_value_changes(telnyx: Telnyx) -> None:
    group = await call(telnyx, "create_billing_group", name="ops")
    one = {"phone_number": SENDER}
    await call(telnyx, "update_phone_number", **one, customer_reference="keep-me", billing_group_id=group["id"])
    before = await call(telnyx, "get_phone_number", **one)
    blank = ("connection_id", "customer_reference", "billing_group_id", "external_pin", "hd_voice_enabled", "clear")
    changed = await call(telnyx, "update_phone_number", **one, tags=["vip"], **dict.fromkeys(blank))
    assert changed["updated"] == ["tags"]
    assert await call(telnyx, "get_phone_number", **one) == {**before, "tags": ["vip"]}
    assert {"connection_id", "customer_reference", "billing_group_id"} <= before.keys()


@pytest.mark.parametrize("blank", ["connection_id", "customer_reference", "billing_group_id"])
async def test_a_field_is_cleared_by_its_name(telnyx: Telnyx, blank: str) -> None:
    group = await call(telnyx, "create_billing_group", name="ops")
    one = {"phone_number": SENDER}
    await call(telnyx, "update_phone_number", **one, customer_reference="mine", billing_group_id=group["id"])
    before = await call(telnyx, "get_phone_number", **one)
    assert (await call(telnyx, "update_phone_number", **one, clear=[blank]))["cleared"] == [blank]
    left = {name: value for name, value in before.items() if name not in (blank, blank.replace("_id", "_name"))}
    assert await call(telnyx, "get_phone_number", **one) == left


@pytest.mark.parametrize(
    ("tool", "blank"),
    [
        ("list_phone_numbers", {"connection_id": "", "tag": ""}),
        ("list_phone_numbers", {"detail": "", "sort": "", "page": ""}),
        ("list_opt_outs", {"from_number": ""}),
    ],
)
async def test_an_empty_text_finds_what_no_filter_finds(telnyx: Telnyx, tool: str, blank: dict[str, str]) -> None:
    everything = await call(telnyx, tool)
    assert len(everything["items"]) == 1
    assert await call(telnyx, tool, **blank) == everything


async def test_an_empty_time_and_no_media_send_a_text_now() -> None:
    requests: list[httpx2.Request] = []

    def accept(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(200, json={"data": {"id": "m1"}})

    async with answering(accept) as telnyx:
        for blank in ({}, {"send_at": "", "media_urls": ""}, {"send_at": None, "media_urls": None}):
            await call(telnyx, "send_message", **SENT, **blank)
    first, *others = [json.loads(request.content) for request in requests]
    assert others == [first, first]
    assert not first.keys() & {"send_at", "media_urls"}
