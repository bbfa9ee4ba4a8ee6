"""Whoever excludes a tool excludes the deed, by whatever operation it can be done."""

import re
from collections import defaultdict

import pytest

from telnyx_tools.catalog import Catalog, Operation
from telnyx_tools.catalog.families import families

CONTACT = {
    "call-a-person",
    "message-on-whatsapp",
    "schedule-an-assistant",
    "send-a-fax",
    "send-an-email",
    "text-a-person",
    "transfer-a-call",
    "verify-a-caller-id",
    "verify-a-person",
}
"""What reaches a person whom the caller chooses."""
RECIPIENTS = {"to", "To", "sip_address", "telnyx_end_user_target"}

TEXTS = {
    "ai.assistants.scheduled_events.create",
    "ai.assistants.send_sms",
    "ai.assistants.tests.runs.trigger",
    "ai.assistants.tests.test_suites.runs.trigger",
    "ai.missions.runs.create",
    "ai.missions.runs.resume_run",
    "ai.missions.runs.update",
    "messages.rcs.send",
    "messages.schedule",
    "messages.send",
    "messages.send_group_mms",
    "messages.send_long_code",
    "messages.send_number_pool",
    "messages.send_short_code",
    "messages.send_with_alphanumeric_sender",
    "messaging_10dlc.brand.resend_2fa_email",
    "messaging_10dlc.brand.trigger_sms_otp",
    "messaging_10dlc.brand.verify_sms_otp",
}
RINGS = {
    "ai.assistants.scheduled_events.create",
    "ai.assistants.tests.runs.trigger",
    "ai.assistants.tests.test_suites.runs.trigger",
    "ai.missions.runs.create",
    "ai.missions.runs.resume_run",
    "ai.missions.runs.update",
    "calls.actions.refer",
    "calls.actions.transfer",
    "calls.dial",
    "texml.accounts.calls.calls",
    "texml.accounts.calls.update",
    "texml.accounts.conferences.participants.participants",
    "texml.calls.create",
    "texml.initiate_ai_call",
}


def recipients(operation: Operation) -> set[str]:
    """The fields at the top of a body that say whom it reaches."""
    body = operation.resolve(operation.body or {})
    forms = [operation.resolve(form) for form in body.get("anyOf", (body,))]
    return RECIPIENTS & {name for form in forms for name in form.get("properties", {})}


def excluded(catalog: Catalog, *calls: str) -> set[str]:
    taken = families(calls)
    return {operation.id for operation in catalog.values() if operation.family in taken}


def test_a_family_has_a_plain_name_and_operations(catalog: Catalog) -> None:
    held = {operation.family for operation in catalog.values()} - {None}
    assert held == set(catalog.families)
    assert 60 <= len(catalog.families) <= 130
    for name, family in catalog.families.items():
        assert family.id == name
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert re.fullmatch(r"[A-Z][\w ,'-]+", family.label)
    assert len({family.label for family in catalog.families.values()}) == len(catalog.families)


def test_a_family_is_within_families_that_stand_alone(catalog: Catalog) -> None:
    for family in catalog.families.values():
        for other in family.within:
            assert not catalog.families[other].within, f"{family.id} is within {other}"


def test_who_excludes_texting_excludes_every_way_to_text_a_person(catalog: Catalog) -> None:
    assert excluded(catalog, "POST /messages") == TEXTS


def test_who_excludes_calling_excludes_every_way_to_make_a_phone_ring(catalog: Catalog) -> None:
    assert excluded(catalog, "POST /calls") == RINGS


def test_who_excludes_one_of_the_other_ways_keeps_the_plain_one(catalog: Catalog) -> None:
    assert excluded(catalog, "POST /calls/{call_control_id}/actions/transfer") == {
        "calls.actions.refer",
        "calls.actions.transfer",
    }
    assert families(["POST /ai/assistants/{assistant_id}/scheduled_events"]) == {"schedule-an-assistant"}


def test_what_is_sent_to_somebody_at_a_price_is_a_contact(catalog: Catalog) -> None:
    sending = [o for o in catalog.values() if o.effect == "spends" and recipients(o)]
    assert len(sending) > 20
    assert {operation.id: operation.family for operation in sending if operation.family not in CONTACT} == {}


def test_what_deletes_is_not_excluded_with_what_calls_or_texts(catalog: Catalog) -> None:
    for id_ in TEXTS | RINGS:
        assert catalog[id_].effect != "destroy"


@pytest.mark.parametrize("calls", [(), ("GET /balance",), ("POST /nowhere",)])
def test_plain_reads_are_no_deed(calls: tuple[str, ...]) -> None:
    assert families(calls) == set()


def test_operations_that_share_a_call_do_one_deed(catalog: Catalog) -> None:
    by_call = defaultdict(set)
    for operation in catalog.values():
        by_call[f"{operation.method} {operation.path}"].add(operation.family)
    assert {call: deeds for call, deeds in by_call.items() if len(deeds) > 1} == {}
