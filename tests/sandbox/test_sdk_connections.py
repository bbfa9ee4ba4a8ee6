"""The official client, validating every answer strictly, on connections and on what is left to diagnose."""

from typing import Any

import pytest
from telnyx import AsyncTelnyx
from tests.sandbox.answers import RECIPIENT, SENDER

from telnyx_sandbox.clock import Clock

URL = "https://example.com/voice"


CREATED: dict[str, dict[str, Any]] = {
    "credential_connections": {"connection_name": "A", "user_name": "office01", "password": "correct-horse"},
    "ip_connections": {"connection_name": "A"},
    "fqdn_connections": {"connection_name": "A"},
    "uac_connections": {"connection_name": "A", "external_uac_settings": {"username": "a", "proxy": "example.com"}},
    "external_connections": {"external_sip_connection": "zoom", "outbound": {}},
    "texml_applications": {"friendly_name": "A", "voice_url": URL},
    "call_control_applications": {"application_name": "A", "webhook_event_url": URL},
}


@pytest.mark.parametrize("resource", CREATED)
async def test_each_type_has_the_official_shape(telnyx: AsyncTelnyx, resource: str) -> None:
    api = getattr(telnyx, resource)
    made = (await api.create(**CREATED[resource])).data
    assert (await api.retrieve(made.id)).data == made
    assert made in (await api.list()).data
    assert made.id in [each.id for each in (await telnyx.connections.list()).data]
    assert (await telnyx.connections.retrieve(made.id)).data is not None
    assert (await api.delete(made.id)).data == made


async def test_what_calls_go_by_has_the_official_shape(telnyx: AsyncTelnyx, clock: Clock) -> None:
    profile = (await telnyx.outbound_voice_profiles.create(name="World", whitelisted_destinations=["GB"])).data
    assert profile is not None
    assert profile in (await telnyx.outbound_voice_profiles.list()).data
    connection = (await telnyx.credential_connections.create(**CREATED["credential_connections"])).data
    assert connection is not None
    assert connection.id is not None
    login = (await telnyx.telephony_credentials.create(connection_id=connection.id)).data
    assert login is not None
    assert (await telnyx.telephony_credentials.list()).data == [login]
    assert (await telnyx.telephony_credentials.create_token(login.id or "")).count(".") == 2
    clock.advance(60)
    checked = (await telnyx.credential_connections.actions.check_registration_status(connection.id)).data
    assert checked is not None
    assert checked.status == "Registered"
    assert (await telnyx.connections.retrieve_count()).data.counts.credential_connections == 1
    pbx = (await telnyx.ip_connections.create(connection_name="PBX")).data
    assert pbx is not None
    ip = (await telnyx.ips.create(ip_address="203.0.113.5", connection_id=pbx.id or "")).data
    assert (await telnyx.ips.list()).data == [ip]


async def test_what_is_left_to_diagnose_has_the_official_shape(telnyx: AsyncTelnyx, clock: Clock) -> None:
    await telnyx.messages.send(from_=SENDER, to=RECIPIENT, text="Hello", webhook_url=f"{URL}/fail")
    clock.advance(60)
    deliveries = (await telnyx.webhook_deliveries.list()).data
    assert {each.status for each in deliveries} == {"failed"}
    assert (await telnyx.webhook_deliveries.retrieve(deliveries[0].id or "")).data is not None
    await telnyx.outbound_voice_profiles.create(name="World")
    (event,) = (await telnyx.audit_events.list()).data or []
    assert (event.change_type, event.record_type) == ("create", "outbound_voice_profile")
