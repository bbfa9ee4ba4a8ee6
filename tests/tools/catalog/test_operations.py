"""What the catalog says of the operations as a whole, and what people judged of them."""

import inspect
from collections import Counter

from scripts.catalog.official import Recorder, methods
from scripts.catalog.operations import arguments
from scripts.catalog.policy import reviewed

from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.describe import describe

SENSITIVE = {
    "access_ip_address",
    "access_ip_ranges",
    "authentication_providers",
    "bot_challenge",
    "bot_sessions",
    "bot_signup",
    "managed_accounts",
    "oauth",
    "oauth_clients",
    "oauth_grants",
    "organizations",
    "well_known",
}


def test_every_method_of_the_package_is_an_operation(catalog: Catalog) -> None:
    assert list(catalog) == [method.id for method in methods()]
    assert len(catalog) == 1341
    counts = Counter(operation.method for operation in catalog.values())
    assert counts == {"GET": 625, "POST": 423, "DELETE": 158, "PATCH": 99, "PUT": 36}


def test_five_pairs_of_operations_share_a_method_and_path(catalog: Catalog) -> None:
    shared = Counter((operation.method, operation.path) for operation in catalog.values())
    assert sorted(pair for pair, count in shared.items() if count > 1) == [
        ("GET", "/10dlc/phoneNumberAssignmentByProfile/{task_id}/phoneNumbers"),
        ("GET", "/whatsapp/phone_numbers"),
        ("POST", "/documents"),
        ("POST", "/porting/loa_configurations/preview"),
        ("POST", "/text-to-speech/speech"),
    ]


def test_no_path_repeats_the_version_of_the_base_url(catalog: Catalog) -> None:
    assert [operation.path for operation in catalog.values() if operation.path.startswith("/v2")] == []
    assert catalog["whatsapp.templates.list"].path == "/whatsapp/message_templates"


def test_every_post_was_judged_once_and_nothing_unknown_was(catalog: Catalog) -> None:
    posts = {operation.id for operation in catalog.values() if operation.method == "POST"}
    assert posts <= set(reviewed())
    assert set(reviewed()) <= set(catalog)


def test_effects_of_operations_that_must_not_be_mistaken(catalog: Catalog) -> None:
    expected = {
        "messages.send": "spends",
        "messages.cancel_scheduled": "destroy",
        "calls.dial": "spends",
        "calls.actions.transfer": "spends",
        "calls.actions.speak": "write",
        "calls.actions.hangup": "write",
        "number_orders.create": "spends",
        "phone_numbers.delete": "destroy",
        "phone_numbers.jobs.delete_batch": "destroy",
        "storage.sqldbs.actions.query": "destroy",
        "portability_checks.run": "read",
        "payment.auto_recharge_prefs.update": "spends",
        "ai.assistants.create": "write",
        "bot_sessions.list": "write",
        "email_messages.update_schedule": "spends",
        "enterprises.reputation.update_frequency": "spends",
        "meeting_sessions.update": "spends",
        "messaging_10dlc.campaign.update": "spends",
        "mobile_phone_numbers.update": "spends",
        "phone_numbers.actions.change_bundle_status": "spends",
        "porting_orders.activation_jobs.update": "spends",
        "sim_cards.update": "spends",
        "spend_limits.create": "spends",
        "spend_limits.update": "spends",
        "tailscale_subnet_routers.create": "spends",
    }
    assert {id_: catalog[id_].effect for id_ in expected} == expected


def test_a_lookup_is_a_read_that_is_charged(catalog: Catalog) -> None:
    assert (catalog["number_lookup.retrieve"].effect, catalog["number_lookup.retrieve"].paid) == ("read", True)
    assert [o.id for o in catalog.values() if o.paid and o.effect != "read"] == []


def test_only_reads_need_no_more_than_a_read_scope(catalog: Catalog) -> None:
    for operation in catalog.values():
        assert operation.scope.endswith(".read") == (operation.effect == "read"), operation.id
    assert catalog["oauth_clients.create"].scope == "account_management.write"


def test_what_changes_keys_users_and_access_is_sensitive(catalog: Catalog) -> None:
    sensitive = {operation.id for operation in catalog.values() if operation.sensitive}
    assert {id_.split(".")[0] for id_ in sensitive} == (SENSITIVE - {"well_known"}) | {"llm_token_gateway"}
    changing = {operation.id for operation in catalog.values() if operation.effect != "read"}
    assert {id_ for id_ in changing if id_.split(".")[0] in SENSITIVE} <= sensitive
    assert "llm_token_gateway.token_keys.create" in sensitive


def test_to_see_who_has_access_is_a_read_like_any_other(catalog: Catalog) -> None:
    for id_ in ("organizations.users.list", "oauth_clients.list", "access_ip_address.list", "managed_accounts.list"):
        assert not catalog[id_].kinds


def test_keys_against_repetition_are_known(catalog: Catalog) -> None:
    assert catalog["messages.send"].takes_idempotency_key
    assert not catalog["number_orders.create"].takes_idempotency_key
    assert sum(operation.takes_command_id for operation in catalog.values()) == 49


def test_no_operation_takes_a_credential_as_a_header(catalog: Catalog) -> None:
    names = {name.lower() for operation in catalog.values() for name in operation.headers["properties"]}
    assert names == {"accept", "idempotency-key", "if-match", "payment-signature"}


def test_pages_are_asked_for_as_the_package_does(catalog: Catalog, recorder: Recorder) -> None:
    checked = 0
    for method in methods():
        page = recorder.call(method.id, arguments(method)).page
        if page is not None:
            paging = catalog[method.id].paging
            assert paging is not None, method.id
            assert f'"{paging.page}"' in inspect.getsource(page.next_page_info), method.id  # type: ignore[attr-defined]  # every page class of the package has it
            checked += 1
    assert checked == 217


def test_the_envelope_is_where_the_thing_is(catalog: Catalog) -> None:
    assert catalog["messages.retrieve"].envelope == "data"
    assert catalog["ai.assistants.retrieve"].envelope is None
    assert catalog["external_connections.log_messages.list"].envelope == "log_messages"
    assert catalog["ai.mcp_servers.list"].envelope is None


def test_what_an_operation_does_is_a_sentence(catalog: Catalog) -> None:
    assert catalog["messages.send"].sentence.startswith("Send ")
    assert OperationAction(catalog["messages.send"]).summary == describe(catalog["messages.send"])["does"]
