"""Whom a call reaches is known from its arguments, whichever tool or operation it is."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
from tests import contexts

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.recipients import Recipient, addresses, recipients
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation, Schema
from telnyx_tools.registry import registry
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect

TOOLS = registry().tools
OWN = "+13125550100"
PERSON = "+13125550123"

SPELLINGS = {
    "+13125550123": [("phone", PERSON)],
    " +1 (312) 555-0123 ": [("phone", PERSON)],
    "0013125550123": [("phone", PERSON)],
    "13125550123": [("phone", PERSON)],
    "3125550123": [("phone", PERSON)],
    "tel:+1-312-555-0123": [("phone", PERSON)],
    "whatsapp:+13125550123": [("phone", PERSON)],
    "+13125550123,1234#": [("phone", PERSON)],
    "+１３１２５５５０１２３": [("phone", PERSON)],  # noqa: RUF001 - digits that Unicode spells another way
    "sip:+13125550123@sip.telnyx.com;transport=tls": [("phone", PERSON)],
    "90210": [("phone", "90210")],
    "SIP:Alice@Example.com;transport=tcp": [("sip", "sip:alice@example.com")],
    "Ada <Ada@Example.com>, bob@example.org": [("email", "ada@example.com"), ("email", "bob@example.org")],
    "https://example.com/in": [("url", "https://example.com/in")],
    "US.1349120865530274": [("other", "US.1349120865530274")],
    " ": [],
}

CALLS: dict[str, tuple[str, dict[str, Any], list[tuple[str, str, str]]]] = {
    "a text": (
        "send_message",
        {"to": PERSON, "from_number": OWN, "text": "call +13125550199", "webhook_url": "https://example.com/hook"},
        [("phone", PERSON, "to"), ("url", "https://example.com/hook", "webhook_url")],
    ),
    "a text to a group": (
        "send_group_message",
        {"to": [PERSON, "+13125550124", PERSON], "from_number": OWN, "text": "x"},
        [("phone", PERSON, "to[0]"), ("phone", "+13125550124", "to[1]")],
    ),
    "an assistant that may transfer": (
        "calls.actions.start_ai_assistant",
        {
            "path": {"call_control_id": "v3:1"},
            "body": {
                "assistant": {
                    "id": "assistant-1",
                    "tools": [{"type": "transfer", "transfer": {"targets": [{"to": PERSON}], "from": OWN}}],
                }
            },
        },
        [("phone", PERSON, "body.assistant.tools[0].transfer.targets[0].to")],
    ),
    "an email": (
        "email_messages.create",
        {
            "body": {
                "from": {"email": "me@example.com"},
                "to": [{"email": "Ada@example.com", "name": "Ada"}],
                "bcc": [{"email": "bob@example.org"}],
                "subject": "x",
            }
        },
        [("email", "ada@example.com", "body.to[0].email"), ("email", "bob@example.org", "body.bcc[0].email")],
    ),
    "instructions that dial": (
        "texml.accounts.calls.update",
        {
            "path": {"account_sid": "a", "call_sid": "c"},
            "body": {
                "Texml": f'<Response><Say>+13125550199</Say><Dial callerId="{OWN}">{PERSON}</Dial>'
                '<Dial><Sip>sip:a@example.com</Sip></Dial><Message to="+13125550124">x</Message>'
                '<Stream url="wss://example.com/s"/></Response>'
            },
        },
        [
            ("phone", PERSON, "body.Texml"),
            ("sip", "sip:a@example.com", "body.Texml"),
            ("phone", "+13125550124", "body.Texml"),
            ("url", "wss://example.com/s", "body.Texml"),
        ],
    ),
    "a code": (
        "start_verification",
        {"phone_number": PERSON, "verify_profile_id": "1"},
        [("phone", PERSON, "phone_number")],
    ),
    "audio that goes elsewhere": (
        "start_forking",
        {"call_control_id": "v3:1", "rx": "udp:192.0.2.1:5000"},
        [("url", "udp:192.0.2.1:5000", "rx")],
    ),
    "an order of numbers": ("initiate_phone_number_order", {"phone_numbers": [PERSON]}, []),
    "a read": ("get_phone_number", {"phone_number": PERSON}, []),
}

LOOKS_REACHED = re.compile(
    r"(^|_)(to|cc|bcc|destinations?|recipients?|phones?|phone_numbers?|emails?|sip_address|target)$"
)
"""Names of arguments that may say who is reached."""
NOT_REACHED = {
    "bought, ported, checked or configured": (
        "*order* *phone_number*",
        "bundle_pricing.* *",
        "dir.phone_numbers.add *",
        "enterprises.reputation.* *",
        "set_phone_number_emergency *",
        "phone_numbers.jobs.* *",
        "customer_service_records.create *",
        "email_validations.* *",
        "*resend_verification path.phone_number",
    ),
    "a contact in a registration": ("messaging_10dlc.* *", "messaging_tollfree.* *"),
    "the sender": (
        "email_messages.* *from*",
        "email_messages.* *reply_to*",
        "ai.assistants.* body.telnyx_agent_target",
    ),
    "inside a message": ("messages.* body.*_message.*", "whatsapp* body.components.*"),
    "another call": ("* *link_to",),
}


@pytest.mark.parametrize(("text", "expected"), SPELLINGS.items())
def test_an_address_has_one_spelling(text: str, expected: list[tuple[str, str]]) -> None:
    assert addresses(text) == expected


@pytest.mark.parametrize("case", CALLS)
def test_a_call_names_whom_it_reaches(case: str) -> None:
    name, arguments, expected = CALLS[case]
    found = recipients(contexts.call(_action(name), arguments))
    assert [(one.kind, one.value, one.key) for one in found] == expected


def test_no_recipient_is_quoted_where_one_is_logged() -> None:
    assert PERSON not in repr(Recipient("phone", PERSON, "to"))


def test_every_argument_of_a_spending_action_that_may_name_somebody_is_judged() -> None:
    listed = [pattern for patterns in NOT_REACHED.values() for pattern in patterns]
    missed = [
        (action.name, path)
        for action in _spending()
        for path in _suspicious(action)
        if not _reaches(action, path) and not any(fnmatch(f"{action.name} {path}", known) for known in listed)
    ]
    assert missed == []


def _action(name: str) -> Action:
    return TOOLS[name] if name in TOOLS else OperationAction(Catalog.load()[name])


def _spending() -> Iterator[Action]:
    yield from (tool for tool in TOOLS.values() if tool.effect is Effect.SPENDS and tool.target is None)
    yield from (OperationAction(operation) for operation in Catalog.load().values() if operation.effect == "spends")


def _suspicious(action: Action) -> set[str]:
    if isinstance(action, OperationAction):
        operation = action.operation
        found = [f"path.{name}" for name in operation.path_params]
        return {path for path in (*found, *_paths(operation, operation.body or {}, "body")) if _suspects(path)}
    return {name for name in action.describe()["arguments"]["properties"] if _suspects(name)}


def _suspects(path: str) -> bool:
    return LOOKS_REACHED.search(_name(path)) is not None


def _name(path: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", path.rpartition(".")[2]).lower()


def _paths(operation: Operation, schema: Schema, at: str, depth: int = 0) -> Iterator[str]:
    schema = operation.resolve(schema)
    for inner in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]:
        yield from _paths(operation, inner, at, depth + 1) if depth < 6 else ()
    for name, inner in schema.get("properties", {}).items():
        yield f"{at}.{name}"
        yield from _paths(operation, inner, f"{at}.{name}", depth + 1) if depth < 6 else ()


def _reaches(action: Action, path: str) -> bool:
    value: Any = PERSON
    for name in reversed(path.split(".")):
        value = {name: value}
    made = Call(**{**_fields(contexts.call(TOOLS["get_server_info"], {})), "action": action, "arguments": value})
    return bool(recipients(made))


def _fields(call: Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in Call.__slots__}
