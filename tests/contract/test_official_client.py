"""What a tool sends is what the official package sends for the same wish."""

import json
from typing import Any
from urllib.parse import parse_qsl

import httpx
import httpx2
import pytest
from scripts.catalog.official import Recorder
from tests.contract.calling import documented, play

NUMBER = "+12025550123"

PAIRS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    # tool, its arguments, method of the package, its arguments
    (
        "send_message",
        {"to": NUMBER, "from_number": "+12025550100", "text": "Hello & good day", "events": False},
        "messages.send",
        {"to": NUMBER, "from_": "+12025550100", "text": "Hello & good day"},
    ),
    (
        "send_message",
        {
            "to": NUMBER,
            "messaging_profile_id": "40017",
            "media_urls": ["https://example.com/a.png"],
            "subject": "A picture",
            "type": "MMS",
            "webhook_url": "https://example.com/hook",
            "use_profile_webhooks": False,
            "send_at": "2030-03-01T15:00:00-05:00",
        },
        "messages.send",
        {
            "to": NUMBER,
            "messaging_profile_id": "40017",
            "media_urls": ["https://example.com/a.png"],
            "subject": "A picture",
            "type": "MMS",
            "webhook_url": "https://example.com/hook",
            "use_profile_webhooks": False,
            "send_at": "2030-03-01T20:00:00Z",
        },
    ),
    (
        "send_whatsapp_template",
        {"from_number": "+12025550100", "to": NUMBER, "name": "order", "language": "en_US", "body": ["Ada"]},
        "messages.whatsapp",
        {
            "from_": "+12025550100",
            "to": NUMBER,
            "type": "WHATSAPP",
            "whatsapp_message": {
                "type": "template",
                "template": {
                    "name": "order",
                    "language": {"code": "en_US"},
                    "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ada"}]}],
                },
            },
        },
    ),
    ("get_message", {"message_id": "40385f64"}, "messages.retrieve", {"id": "40385f64"}),
    (
        "list_messaging_profiles",
        {"name_contains": "front desk", "page": "2", "page_size": 50},
        "messaging_profiles.list",
        {"filter": {"name": {"contains": "front desk"}}, "page_number": 2, "page_size": 50},
    ),
    (
        "list_available_phone_numbers",
        {
            "area_code": "312",
            "locality": "Chicago",
            "administrative_area": "IL",
            "number_type": "local",
            "features": ["sms", "voice"],
            "contains": "777",
            "limit": 5,
        },
        "available_phone_numbers.list",
        {
            "filter": {
                "country_code": "US",
                "national_destination_code": "312",
                "locality": "Chicago",
                "administrative_area": "IL",
                "phone_number_type": "local",
                "features": ["sms", "voice"],
                "phone_number": {"contains": "777"},
                "limit": 5,
            }
        },
    ),
    (
        "initiate_phone_number_order",
        {"phone_numbers": [NUMBER], "connection_id": "7", "messaging_profile_id": "8", "customer_reference": "mine"},
        "number_orders.create",
        {
            "phone_numbers": [{"phone_number": NUMBER}],
            "connection_id": "7",
            "messaging_profile_id": "8",
            "customer_reference": "mine",
        },
    ),
    ("get_number_order", {"number_order_id": "12ade33a"}, "number_orders.retrieve", {"number_order_id": "12ade33a"}),
    (
        "list_phone_numbers",
        {"status": "active", "tag": "front desk", "country_code": "US", "number_type": "local", "page_size": 3},
        "phone_numbers.list",
        {
            "filter": {
                "status": "active",
                "tag": "front desk",
                "country_iso_alpha2": "US",
                "number_type": {"eq": "local"},
            },
            "page_number": 1,
            "page_size": 3,
        },
    ),
    (
        "update_phone_number",
        {"phone_number": "1293384261075731499", "tags": ["a", "b"], "connection_id": "7"},
        "phone_numbers.update",
        {"phone_number_id": "1293384261075731499", "tags": ["a", "b"], "connection_id": "7"},
    ),
    ("get_balance", {}, "balance.retrieve", {}),
    ("lookup_number", {"phone_number": NUMBER}, "number_lookup.retrieve", {"phone_number": NUMBER, "type": "carrier"}),
    (
        "start_verification",
        {"phone_number": NUMBER, "verify_profile_id": "12ade33a", "timeout_secs": 300},
        "verifications.trigger_sms",
        {"phone_number": NUMBER, "verify_profile_id": "12ade33a", "timeout_secs": 300},
    ),
    (
        "create_embeddings",
        {"bucket_name": "kb", "document_chunk_size": 200, "document_chunk_overlap_size": 0, "loader": "intercom"},
        "ai.embeddings.create",
        {"bucket_name": "kb", "document_chunk_size": 200, "document_chunk_overlap_size": 0, "loader": "intercom"},
    ),
    (
        "embed_url",
        {"url": "https://example.com/a?b=c", "bucket_name": "kb"},
        "ai.embeddings.url",
        {"url": "https://example.com/a?b=c", "bucket_name": "kb"},
    ),
    (
        "similarity_search",
        {"bucket_name": "kb", "query": "opening hours", "num_of_docs": 5},
        "ai.embeddings.similarity_search",
        {"bucket_name": "kb", "query": "opening hours", "num_of_docs": 5},
    ),
    (
        "list_integration_secrets",
        {"type": "bearer", "page": "2"},
        "integration_secrets.list",
        {"filter": {"type": "bearer"}, "page_number": 2, "page_size": 20},
    ),
    (
        "create_integration_secret",
        {"identifier": "crm", "type": "basic", "username": "me", "password": "secret"},
        "integration_secrets.create",
        {"identifier": "crm", "type": "basic", "username": "me", "password": "secret"},
    ),
    (
        "create_knowledge_collection",
        {"name": "Calls", "sources": [{"source_type": "voice"}], "retrieval": {"top_k": 5}},
        "ai.collections.create",
        {"name": "Calls", "sources": [{"source_type": "voice"}], "settings": {"retrieval": {"top_k": 5}}},
    ),
    (
        "list_recordings",
        {"from_number": NUMBER, "created_at": {"gte": "2026-03-01T15:00:00-05:00"}, "page_size": 5},
        "recordings.list",
        {
            "filter": {"from": NUMBER, "created_at": {"gte": "2026-03-01T20:00:00Z"}},
            "page_number": 1,
            "page_size": 5,
        },
    ),
    (
        "hold_conference_participants",
        {"conference_id": "c1", "call_control_ids": ["v3:a"], "media_name": "music", "region": "Middle East"},
        "conferences.actions.hold",
        {"id": "c1", "call_control_ids": ["v3:a"], "media_name": "music", "region": "Middle East"},
    ),
    (
        "start_texml_call",
        {"texml_application_id": "a1", "to": NUMBER, "from_number": NUMBER, "url": "https://example.com/t"},
        "texml.calls.create",
        {"connection_id": "a1", "to": NUMBER, "from_": NUMBER, "url": "https://example.com/t"},
    ),
    (
        "dial_texml_conference_participant",
        {"account_sid": "s1", "conference_sid": "c1", "to": NUMBER, "from_number": NUMBER, "timeout_secs": 30},
        "texml.accounts.conferences.participants.participants",
        {"account_sid": "s1", "conference_sid": "c1", "to": NUMBER, "from_": NUMBER, "timeout_seconds": 30},
    ),
    (
        "upload_media",
        {"media_url": "https://example.com/a.mp3", "media_name": "welcome", "ttl_secs": 60},
        "media.upload",
        {"media_url": "https://example.com/a.mp3", "media_name": "welcome", "ttl_secs": 60},
    ),
    (
        "list_media",
        {"content_types": ["audio/mpeg", "audio/wav"]},
        "media.list",
        {"filter": {"content_type": ["audio/mpeg", "audio/wav"]}},
    ),
    (
        "chat_completion",
        {"messages": [{"role": "user", "content": "Hi"}], "model": "m", "json_schema": {"type": "object"}},
        "ai.openai.chat.create_completion",
        {
            "messages": [{"role": "user", "content": "Hi"}],
            "model": "m",
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
            },
        },
    ),
    (
        "create_text_embeddings",
        {"texts": ["a", "b"], "model": "m"},
        "ai.openai.embeddings.create_embeddings",
        {"input": ["a", "b"], "model": "m"},
    ),
    (
        "text_to_speech",
        {"text": "Hi", "voice": "Telnyx.Ultra.a", "voice_speed": 1.2},
        "text_to_speech.generate_speech",
        {
            "text": "Hi",
            "voice": "Telnyx.Ultra.a",
            "telnyx": {"voice_speed": 1.2},
            "output_type": "binary_output",
        },
    ),
    (
        "web_search",
        {"query": "rakes", "include_domains": ["example.com"], "freshness": "week"},
        "web_search.create",
        {"query": "rakes", "count": 10, "include_domains": ["example.com"], "freshness": "week"},
    ),
    (
        "make_call",
        {
            "to": [NUMBER, "sip:desk@example.com"],
            "from_number": NUMBER,
            "connection_id": "7",
            "answering_machine_detection": "premium",
            "assistant": {"id": "a1", "dynamic_variables": {"name": "Ada"}},
            "record": "dual",
            "client_state": "order 17",
            "timeout_secs": 20,
            "events": False,
        },
        "calls.dial",
        {
            "to": [NUMBER, "sip:desk@example.com"],
            "from_": NUMBER,
            "connection_id": "7",
            "answering_machine_detection": "premium",
            "assistant": {"id": "a1", "dynamic_variables": {"name": "Ada"}},
            "record": "record-from-answer",
            "record_channels": "dual",
            "client_state": "b3JkZXIgMTc=",
            "timeout_secs": 20,
        },
    ),
    (
        "transfer",
        {"call_control_id": "v3:a", "to": NUMBER, "from_number": NUMBER, "mute_dtmf": "both"},
        "calls.actions.transfer",
        {"call_control_id": "v3:a", "to": NUMBER, "from_": NUMBER, "mute_dtmf": "both"},
    ),
    (
        "bridge_calls",
        {"call_control_id": "v3:a", "call_control_id_to_bridge_with": "v3:b"},
        "calls.actions.bridge",
        {"call_control_id_to_bridge": "v3:a", "call_control_id_to_bridge_with": "v3:b"},
    ),
    (
        "gather_digits",
        {"call_control_id": "v3:a", "payload": "Your code?", "maximum_digits": 4},
        "calls.actions.gather_using_speak",
        {"call_control_id": "v3:a", "payload": "Your code?", "maximum_digits": 4, "voice": "AWS.Polly.Joanna-Neural"},
    ),
    (
        "list_call_events",
        {"call_leg_id": "l", "name": "call.hangup", "since": "2026-03-01T15:00:00-05:00", "failed": False},
        "call_events.list",
        {
            "filter": {
                "leg_id": "l",
                "name": "call.hangup",
                "occurred_at": {"gte": "2026-03-01T20:00:00Z"},
                "failed": False,
            },
            "page_number": 1,
            "page_size": 20,
        },
    ),
    (
        "list_call_control_applications",
        {"name_contains": "desk", "outbound_voice_profile_id": "9"},
        "call_control_applications.list",
        {
            "filter": {"application_name": {"contains": "desk"}, "outbound.outbound_voice_profile_id": "9"},
            "page_number": 1,
            "page_size": 20,
        },
    ),
]


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    return Recorder()


@pytest.mark.parametrize(("tool", "arguments", "method", "parameters"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_a_tool_and_the_official_package_send_the_same(
    recorder: Recorder, tool: str, arguments: dict[str, Any], method: str, parameters: dict[str, Any]
) -> None:
    played = play(tool, arguments, documented)
    assert not played.result.is_error, played.text
    sent = seen(played.requests[0])
    minted = {"command_id": sent[3]["command_id"]} if isinstance(sent[3], dict) and "command_id" in sent[3] else {}
    assert sent == seen(recorder.call(method, parameters | minted).sent)


def seen(request: httpx.Request | httpx2.Request) -> tuple[str, str, dict[str, str], Any]:
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    body = json.loads(request.content) if request.content else None
    return request.method, request.url.raw_path.decode().partition("?")[0], query, body
