"""What a call counts as, for the scopes that it needs."""

from dataclasses import replace

import pytest
from tests import contexts

from telnyx_remote_mcp.auth.scopes import effective_action
from telnyx_tools.registry import registry

WRITE = registry().tools["write_api_endpoint"]


@pytest.mark.parametrize(
    ("endpoint", "scope"),
    [
        ("messages.send", "messaging.write"),
        ("send_message", "messaging.write"),
        ("initiate_phone_number_order", "numbers.write"),
        ("nothing.at_all", WRITE.scope),
        (7, WRITE.scope),
    ],
)
def test_a_generic_call_counts_as_what_it_calls(endpoint: object, scope: str) -> None:
    assert effective_action(contexts.EVERY_TOOL, WRITE, {WRITE.target or "": endpoint}).scope == scope


def test_it_does_whatever_its_argument_is_called() -> None:
    renamed = replace(WRITE, target="what_to_call")
    assert effective_action(contexts.EVERY_TOOL, renamed, {"what_to_call": "messages.send"}).scope == "messaging.write"
