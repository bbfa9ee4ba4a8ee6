"""Every operation was judged once, by people: a new one fails here and in the build until somebody has judged it."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from scripts.catalog import judgement
from scripts.catalog.judgement import JudgementError, fields, judged, kinds
from scripts.catalog.policy import policy

from telnyx_tools.catalog import Catalog, Operation, Schema
from telnyx_tools.catalog.operation import Kind
from telnyx_tools.results.secret_fields import is_secret

LASTING = ("PUT", "PATCH")
UPDATES_BY_POST = ("ai.assistants.update", "ai.assistants.versions.update")

MINIMUM = {
    "payment": (
        "payment.auto_recharge_prefs.update",
        "payment.create_stored_payment_transaction",
        "machine_payments.account_credit",
        "x402.credit_account.settle",
    ),
    "limits": ("spend_limits.create", "spend_limits.delete", "spend_limits.update"),
    "credentials": (
        "telephony_credentials.create",
        "telephony_credentials.create_token",
        "credential_connections.create",
        "credential_connections.update",
        "fqdn_connections.fqdn_authentication.patch_all",
        "uac_connections.create",
        "uac_connections.update",
        "ip_connections.create",
        "ip_connections.update",
        "ips.create",
        "wireguard_peers.create",
        "mobile_push_credentials.create",
        "rooms.actions.generate_join_client_token",
        "storage.cloudfs.create",
        "storage.cloudfs.actions.rotate_meta_token",
        "storage.buckets.create_presigned_url",
        "porting_orders.actions.share",
        "storage.migration_sources.create",
        "custom_storage_credentials.create",
    ),
    "transfer": (
        "portouts.update_status",
        "phone_numbers.jobs.delete_batch",
        "phone_number_blocks.jobs.delete_phone_number_block",
    ),
    "bulk": ("email_messages.delete_all", "room_recordings.delete_bulk", "phone_numbers.jobs.update_batch"),
    "watchers": (
        "notification_channels.create",
        "notification_channels.update",
        "notification_channels.delete",
        "notification_profiles.create",
        "notification_profiles.update",
        "notification_profiles.delete",
        "compute.funcs.export.create",
        "compute.funcs.export.delete_all",
        "custom_storage_credentials.create",
        "ai.mcp_servers.create",
        "ai.mcp_servers.update",
        "ai.mcp_servers.delete",
    ),
}
"""What an attacker did, or would have done, with an ordinary key."""

MINIMUM_OF_FIELDS = {
    ("messaging_profiles.update", "daily_spend_limit"): "limits",
    ("messaging_profiles.update", "daily_spend_limit_enabled"): "limits",
    ("messaging_profiles.update", "webhook_url"): "watchers",
    ("outbound_voice_profiles.update", "daily_spend_limit"): "limits",
    ("outbound_voice_profiles.update", "daily_spend_limit_enabled"): "limits",
    ("outbound_voice_profiles.update", "whitelisted_destinations"): "limits",
    ("llm_token_gateway.token_groups.update", "max_budget"): "limits",
    ("phone_numbers.update", "external_pin"): "transfer",
}

WATCHING = re.compile(r"webhook\w*(url|URL|Url)|webhook|status_callback|voice_url|call_forwarding|fax_email_recipient")
BOUNDING = re.compile(r"\w*spend_limit\w*|max_budget|budget_duration|whitelisted_destinations|data_limit|[rt]pm_limit")

TAKES_A_SECRET_FOR_THIS_CALL = {
    "calls.actions.pay",
    "calls.actions.refer",
    "calls.actions.start_streaming",
    "calls.actions.transfer",
    "calls.dial",
    "customer_service_records.create",
    "messages.whatsapp",
    "texml.accounts.calls.calls",
    "texml.accounts.conferences.participants.participants",
    "texml.initiate_ai_call",
    "text_to_speech.create_speech",
    "text_to_speech.generate_speech",
}
CONFIRMS_BY_A_CODE = {
    "messaging_10dlc.brand.external_vetting.imports",
    "messaging_10dlc.brand.verify_sms_otp",
    "messaging_hosted_number_orders.validate_codes",
    "messaging_tollfree.verification.requests.create",
    "messaging_tollfree.verification.requests.update",
    "oauth.introspect",
    "porting_orders.update",
    "porting_orders.verification_codes.verify",
    "verifications.trigger_call",
    "verifications.trigger_sms",
    "verifications.trigger_whatsapp_verification",
    "verified_numbers.actions.submit_verification_code",
}
"""The caller has the code, token or PIN from elsewhere, and it lets nobody into this account."""
DIALS_BY_A_SECRET = {
    "ai.assistants.create",
    "ai.assistants.update",
    "ai.assistants.versions.update",
    "virtual_cross_connects.create",
}
"""The secret lets Telnyx in elsewhere."""


def fields_of(operation: Operation) -> dict[str, bool]:
    """Every path in the body, and whether it has to be there."""
    return dict(_paths(operation, operation.body or {}, "", frozenset(), required=True))


def _paths(
    operation: Operation, schema: Schema, above: str, seen: frozenset[int], *, required: bool
) -> Iterator[tuple[str, bool]]:
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return
        seen |= {schema["$ref"]}
        schema = operation.resolve(schema)
    for name, inner in schema.get("properties", {}).items():
        needed = required and name in schema.get("required", ())
        yield above + name, needed
        yield from _paths(operation, inner, f"{above}{name}.", seen, required=needed)
    if "items" in schema:
        yield from _paths(operation, schema["items"], above, seen, required=False)
    for member in schema.get("anyOf", ()):
        yield from _paths(operation, member, above, seen, required=False)


def covered(operation: Operation, path: str) -> bool:
    """Whether a body with this field is sensitive."""
    parts = path.split(".")
    return bool({".".join(parts[:length]) for length in range(1, len(parts) + 1)} & operation.sensitive_fields.keys())


def lasting(catalog: Catalog) -> list[Operation]:
    """What changes something that is there."""
    return [o for o in catalog.values() if o.method in LASTING or o.id in UPDATES_BY_POST]


def test_every_operation_is_judged(catalog: Catalog) -> None:
    assert set(catalog) - set(judged()) == set()


def test_nothing_is_judged_that_does_not_exist(catalog: Catalog) -> None:
    named = {id_ for ids in (*kinds().values(), *judgement.answers().values(), fields()) for id_ in ids}
    assert (set(judged()) | named) - set(catalog) == set()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_the_build_fails_on_a_new_operation_and_names_it(method: str) -> None:
    with pytest.raises(JudgementError, match=r"messages\.send_by_pigeon"):
        policy("messages.send_by_pigeon", method)


def test_an_operation_that_is_judged_twice_fails_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = {"calls": {"operations": ["calls.dial"]}, "more_calls": {"operations": ["calls.dial"]}}
    monkeypatch.setattr(judgement, "families", lambda: twice)
    with pytest.raises(JudgementError, match=r"calls\.dial is judged twice"):
        judged.__wrapped__()


def test_what_is_no_read_has_a_family_and_a_plain_read_has_none(catalog: Catalog) -> None:
    for operation in catalog.values():
        assert operation.effect == "read" or operation.family is not None, operation.id
        assert operation.family == judged()[operation.id], operation.id


def test_kinds_are_those_that_there_are(catalog: Catalog) -> None:
    known = set(get_args(Kind))
    assert set(kinds()) == known
    assert {kind for by_field in fields().values() for kind in by_field.values()} <= known
    for operation in catalog.values():
        assert sorted(operation.kinds) == sorted(kind for kind, ids in kinds().items() if operation.id in ids)
        assert operation.sensitive_fields == fields().get(operation.id, {})


def test_what_an_attacker_needs_is_sensitive(catalog: Catalog) -> None:
    assert [(kind, id_) for kind, ids in MINIMUM.items() for id_ in ids if kind not in catalog[id_].kinds] == []
    found = {place: catalog[place[0]].sensitive_fields.get(place[1]) for place in MINIMUM_OF_FIELDS}
    assert found == MINIMUM_OF_FIELDS


def test_only_who_changes_or_reveals_is_sensitive(catalog: Catalog) -> None:
    """To see who has access, and what there is, are plain reads."""
    reads = {operation.id for operation in catalog.values() if operation.effect == "read" and operation.kinds}
    assert reads == {
        "managed_accounts.retrieve",
        "oauth.retrieve_authorize",
        "sim_cards.get_activation_code",
        "wireguard_peers.retrieve_config",
    }


def test_a_sensitive_field_exists_and_may_be_left_out(catalog: Catalog) -> None:
    for id_, by_field in fields().items():
        there = fields_of(catalog[id_])
        for path, kind in by_field.items():
            assert path in there, (id_, path)
            assert not there[path], f"{id_} always has {path}: it is {kind} as a whole"
            assert kind not in catalog[id_].kinds, f"{id_} is {kind} as a whole, with {path} or without"


@pytest.mark.parametrize(("named", "kind"), [(WATCHING, "watchers"), (BOUNDING, "limits")])
def test_an_update_of_what_tells_others_or_bounds_spending_is_sensitive(
    catalog: Catalog, named: re.Pattern[str], kind: Kind
) -> None:
    missed = [
        f"{operation.id}: {path}"
        for operation in lasting(catalog)
        for path in fields_of(operation)
        if named.fullmatch(path.rpartition(".")[2])
        if kind not in operation.kinds and not covered(operation, path)
    ]
    assert missed == []


def test_what_leaves_a_secret_somewhere_is_sensitive(catalog: Catalog) -> None:
    harmless = TAKES_A_SECRET_FOR_THIS_CALL | CONFIRMS_BY_A_CODE | DIALS_BY_A_SECRET
    taking = {
        operation.id: [path for path in fields_of(operation) if is_secret(path.rpartition(".")[2], operation.id)]
        for operation in catalog.values()
    }
    assert harmless <= {id_ for id_, paths in taking.items() if paths}
    for id_, paths in taking.items():
        for path in paths:
            assert catalog[id_].kinds or id_ in harmless or covered(catalog[id_], path), f"{id_}: {path}"


def test_what_hands_a_secret_over_is_sensitive(catalog: Catalog) -> None:
    for operation in catalog.values():
        if operation.shown_once or operation.secret_text:
            assert operation.kinds & {"credentials", "access"}, operation.id


def test_two_ways_to_update_an_assistant_are_judged_alike(catalog: Catalog) -> None:
    first, second = (catalog[id_].sensitive_fields for id_ in UPDATES_BY_POST)
    assert first == second


def test_a_call_is_as_sensitive_as_what_it_changes(catalog: Catalog) -> None:
    profile = catalog["messaging_profiles.update"]
    assert profile.sensitive_in({"name": "Support"}) == {}
    assert profile.sensitive_in({"name": "Support", "webhook_url": None}) == {"webhook_url": "watchers"}
    limited = profile.sensitive_in({"whitelisted_destinations": [], "v1_secret": "x"})
    assert limited == {"whitelisted_destinations": "limits", "v1_secret": "credentials"}
    numbers = catalog["phone_numbers.jobs.update_batch"]
    assert numbers.kinds == {"bulk"}
    assert numbers.sensitive_in({"voice": {"cnam_listing": {}}}) == {}
    moved = numbers.sensitive_in({"voice": {"call_forwarding": {}}, "external_pin": "1"})
    assert set(moved.values()) == {"transfer", "watchers"}
    assistant = catalog["ai.assistants.update"]
    tools = [{"type": "hangup"}, {"type": "webhook", "webhook": {}}]
    assert set(assistant.sensitive_in({"tools": tools}).values()) == {"watchers"}
    assert assistant.sensitive_in(None) == assistant.sensitive_in("tools") == assistant.sensitive_in([]) == {}
