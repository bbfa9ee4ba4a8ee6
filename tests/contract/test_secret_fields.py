"""Whatever Telnyx documents as an answer was looked at for secrets: a new field that looks like one fails until judged.

A field is judged by the pattern of `secret_fields`, or stands below with the reason why it is no secret.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation, Schema
from telnyx_tools.results.secret_fields import ALSO_SECRET, NOT_SECRET, is_secret

CATALOG = Catalog.load()

SUSPICIOUS = re.compile(
    r"apikey|auth|authentication|authorization|bearer|cert|certificate|challenge|code|codes|config|configuration"
    r"|cookie|credential|credentials|dsn|fingerprint|hash|hmac|json|jwt|key|keys|license|magic|mfa|nonce|otp|pass"
    r"|passcode|passphrase|passwd|password|passwords|pin|pins|presigned|private|puk|qr|recovery|salt|sas|secret|secrets"
    r"|seed|session|signature|signed|token|tokens|totp|vetting"
)
"""Words in a name that make one look twice."""
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")

HARMLESS = {
    "a code of a country, an area, a network or an error": """
        area_code code cost_code country_code displayed_country_code error_code mobile_country_code mobile_network_code
        national_destination_code postal_code postalCode postal_or_zip_code primary_business_domain_sic_code
        protocol_code region_code rejection_code response_code short_code smtp_code source_country_code state_code
        status_code zip_code us_long_code_fallback long_code_weight code_length""",
    "settings of an object": """
        audio_visualizer_config config configuration configuration_version consent_settings detection_config
        fallback_config noise_suppression_config phone_number_configuration json_schema""",
    "how somebody signs in, not with what": """
        auth_retries auth_username authentication authentication_method authorization_endpoint authorization_servers
        code_challenge_methods_supported credential_active credential_type credential_username
        fqdn_outbound_authentication ip_authentication_method sip_auth_username supports_unauthenticated_web_calls
        token_endpoint token_endpoint_auth_method token_endpoint_auth_methods_supported token_type""",
    "the name or number of a secret that is kept elsewhere": """
        android_push_credential_id api_key_ref auth_ref certificate_ref ios_push_credential_id llm_api_key_ref
        provider_key_id provider_key_ids public_key_ref secret_key_ref secret_name token_group_id token_key_id
        token_user_id token_retrieval_url verification_code_id""",
    "the id that belongs to a secret": "aws_access_key_id",
    "public by its nature": """
        certificate hash_sha256 idp_cert_fingerprint idp_cert_fingerprint_algorithm idp_certificate keys public_key
        tx_hash nonce challenge_type""",
    "when a secret ends": "refresh_token_expires_at token_expires_at",
    "how many pieces of text were used": """
        evaluation_input_tokens evaluation_output_tokens input_tokens max_completion_tokens output_tokens prompt_tokens
        total_tokens trained_tokens""",
    "the id of a call, a meeting or a conversation": """
        active_session_id call_session_id live_data_session meeting_session_id session_id telnyx_session_id
        voice_sdk_session_id""",
    "a reference that support asks for": "parent_support_key support_key",
    "the key of a stored value or a field": "key metadata_key key_length idempotency_key previous_dkim_key",
    "whether a check was passed": "pass",
    "an object whose own fields are judged": "credential_connections pin_puk_codes provider_auth",
    "what a guardrail does about secrets": "secrets",
    "the number of a SIM card as the caller gave it": "registration_code",
    "handed over on purpose": "presigned_url",
    "a name, a number or a state with an innocent word": """
        auth_person_name private_wireless_gateway_id professional_license_number requires_manual_vetting
        rtp_pass_codecs_on_stream_change vettingClass vettingId vettingScore license""",
}
JUDGED_HARMLESS = {name for names in HARMLESS.values() for name in names.split()}

HANDED_OVER = {"presigned_url"}
UNDOCUMENTED = {"llm_token_gateway.token_keys.create"}
"""The answer has the secret in a field that is not in its schema."""

MINIMUM = """
    v1_secret password api_key api_secret secret private_key token sip_password ip_authentication_token
    sip_auth_password stream_auth_token authorization_bearer client_secret access_token refresh_token secret_access_key
    aws_secret_access_key account_key external_pin attempted_pin pin pin1 pin2 puk1 puk2 pin_passcode activation_code
    jwt credentials api_token api_v2_token meta_token custom_code project_account_json_file primary_bgp_key auth_key
    vettingToken campaignVerifyAuthorizationToken SipAuthPassword sip-auth-password webhook_secret new_api_key"""


def fields(operation: Operation, schema: Schema, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """Every name of a field in a schema, at any depth."""
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return
        seen |= {schema["$ref"]}
        schema = operation.resolve(schema)
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from fields(operation, inner, seen)
    for inner in (*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from fields(operation, inner, seen)


ANSWERED: dict[str, set[str]] = defaultdict(set)
"""Field -> the operations that answer with it."""
for _operation in CATALOG.values():
    for _name in fields(_operation, _operation.response or {}):
        ANSWERED[_name].add(_operation.id)


def unjudged(names: Iterable[str]) -> set[str]:
    """The names that look like secrets and were not judged."""
    looking = {name for name in names if any(SUSPICIOUS.fullmatch(word.lower()) for word in WORD.findall(name))}
    return {name for name in looking if not is_secret(name)} - JUDGED_HARMLESS


def test_every_field_of_an_answer_that_looks_like_a_secret_is_judged() -> None:
    assert unjudged(ANSWERED) == set()


def test_a_new_field_that_looks_like_a_secret_fails() -> None:
    assert unjudged({"id", "door_key", "unlockCode", "voicemail_password"}) == {"door_key", "unlockCode"}


def test_what_is_judged_harmless_exists_and_is_no_secret() -> None:
    assert JUDGED_HARMLESS - ANSWERED.keys() == set()
    assert [name for name in JUDGED_HARMLESS if is_secret(name)] == []


@pytest.mark.parametrize("name", MINIMUM.split())
def test_what_came_out_once_is_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["", "id", "status", "text", "spin", "tokens", "tokenizer", "key", "keyword", "passed", "country_code"]
)
def test_what_only_resembles_a_secret_is_none(name: str) -> None:
    assert not is_secret(name)


def test_a_name_of_any_length_is_judged_at_once() -> None:
    assert is_secret("_" * 1_000_000 + "_password")
    assert not is_secret("A" * 1_000_000)


def test_what_is_judged_for_one_operation_is_so_there_alone() -> None:
    for id_, names in ALSO_SECRET.items():
        assert id_ in CATALOG
        assert all(is_secret(name, id_) and not is_secret(name) for name in names)
    for id_, names in NOT_SECRET.items():
        assert id_ in CATALOG
        assert all(is_secret(name) and not is_secret(name, id_) for name in names)


def test_what_is_shown_once_has_something_to_show() -> None:
    shown = {operation.id for operation in CATALOG.values() if operation.shown_once}
    assert shown >= UNDOCUMENTED
    for id_ in shown - UNDOCUMENTED:
        operation = CATALOG[id_]
        answered = set(fields(operation, operation.response or {}))
        assert operation.secret_text or answered & HANDED_OVER or any(map(is_secret, answered)), id_


def test_what_is_shown_on_purpose_is_a_short_list() -> None:
    assert {operation.id for operation in CATALOG.values() if operation.shown_once} == {
        "bot_sessions.list",
        "llm_token_gateway.token_keys.create",
        "managed_accounts.create",
        "messaging_profiles.actions.regenerate_secret",
        "oauth.register",
        "oauth.token",
        "oauth_clients.create",
        "porting_orders.actions.share",
        "rooms.actions.generate_join_client_token",
        "rooms.actions.refresh_client_token",
        "storage.buckets.create_presigned_url",
        "storage.cloudfs.actions.rotate_meta_token",
        "storage.cloudfs.create",
        "telephony_credentials.create",
        "telephony_credentials.create_token",
        "whatsapp.hosted_signups.create",
        "wireguard_peers.create",
    }


def test_every_answer_that_is_one_text_is_judged() -> None:
    texts = {operation.id: operation.secret_text for operation in CATALOG.values() if operation.reply == "text"}
    assert {id_ for id_, secret in texts.items() if not secret} == {
        "ai.assistants.get_texml",
        "ai.assistants.instructions.enhance",
        "email_blocks.retrieve_export",
        "messaging_profiles.autoresp_configs.delete",
        "sub_number_orders_report.download",
    }
    assert {id_ for id_, secret in texts.items() if secret} == {
        operation.id for operation in CATALOG.values() if operation.secret_text
    }
