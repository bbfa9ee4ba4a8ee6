"""The families of a tool are those of its operations: nothing about them is written at the tool."""

import pytest
from tests.contract.calling import CURATED
from tests.sweeps import for_each

from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.families import families
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

CATALOG = Catalog.load()
ACTING = [tool for tool in CURATED if tool.calls and tool.effect is not Effect.READ]


@for_each(ACTING)
def test_a_tool_that_acts_has_the_families_of_what_it_does(tool: Tool) -> None:
    called = [operation for operation in CATALOG.values() if f"{operation.method} {operation.path}" in tool.calls]
    own = {operation.family for operation in called if operation.effect != "read"}
    found = families(tool.calls)
    assert own
    assert own <= found
    assert all(CATALOG.families[name].within & own for name in found - own)


@pytest.mark.parametrize(
    ("excluded", "with_it"),
    [
        ("send_message", {"schedule_message", "send_group_message", "send_assistant_sms", "schedule_assistant_event"}),
        ("make_call", {"start_texml_call", "start_assistant_call", "transfer", "supervise_call", "refer_call"}),
        ("send_whatsapp_text", {"send_whatsapp_template", "send_whatsapp_media", "send_assistant_whatsapp"}),
        ("initiate_phone_number_order", set()),
        ("delete_recording", {"delete_recordings_in_bulk", "delete_recording_transcription"}),
    ],
)
def test_other_tools_for_the_same_deed_share_a_family(excluded: str, with_it: set[str]) -> None:
    taken = families(registry().tools[excluded].calls)
    assert with_it <= {tool.name for tool in ACTING if families(tool.calls) & taken}


def test_who_excludes_messages_keeps_calls_and_the_other_way_round() -> None:
    texts, calls = (registry().tools[name].calls for name in ("send_message", "make_call"))
    assert "call-a-person" not in families(texts)
    assert "text-a-person" not in families(calls)
