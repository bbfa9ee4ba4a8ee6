"""Every tool that reads what people wrote or said is looked through for addresses, before an agent reads it."""

from tests.contract.calling import TOOLS
from tests.sweeps import for_each

from telnyx_remote_mcp.guardrails.strangers_guard import has_foreign_fields
from telnyx_remote_mcp.surface.deeds import deeds_of
from telnyx_tools.tool.tool import Tool

WORDS_OF_OTHERS = {"read-texts", "read-emails", "read-conversations", "search-the-web"}
"""Deeds whose answers hold what somebody else wrote or said."""

LISTED_ALONE = {"list_conversations"}
"""Tools that tell which conversations there are, when, and with which number, and nothing of what was said."""


@for_each([tool for tool in TOOLS if deeds_of(tool) & WORDS_OF_OTHERS and tool.name not in LISTED_ALONE])
def test_a_tool_that_reads_the_words_of_others_is_looked_through(tool: Tool) -> None:
    assert has_foreign_fields(tool)
