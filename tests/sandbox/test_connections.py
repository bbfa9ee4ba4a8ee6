"""Connections of every type, what they call through, and who registers at them."""

from typing import Any

import httpx2
import pytest
from tests.sandbox.answers import code, data
from tests.sandbox.calling import application, dial

from telnyx_sandbox.clock import Clock

WEBHOOK = "https://example.com/hook"
CREDENTIAL = {"connection_name": "Office phones", "user_name": "office01", "password": "correct-horse"}
TYPES: dict[str, dict[str, Any]] = {
    "credential_connection": CREDENTIAL,
    "ip_connection": {"connection_name": "Office PBX"},
    "fqdn_connection": {"connection_name": "Office cloud"},
    "uac_connection": {"connection_name": "Office trunk", "external_uac_settings": {"username": "office"}},
    "mobile_voice_connection": {"connection_name": "Office mobiles"},
    "texml_application": {"friendly_name": "Office menu", "voice_url": "https://example.com/menu"},
    "call_control_application": {"application_name": "Office app", "webhook_event_url": WEBHOOK},
    "external_connection": {"external_sip_connection": "zoom", "outbound": {}},
}


async def profile_id(api: httpx2.AsyncClient) -> str:
    return str(data(await api.get("/outbound_voice_profiles"))[0]["id"])


async def create(api: httpx2.AsyncClient, path: str, **body: object) -> Any:
    return data(await api.post(f"/{path}", json=body))


@pytest.mark.parametrize("record_type", TYPES)
async def test_a_connection_of_each_type_is_made_changed_listed_and_deleted(
    api: httpx2.AsyncClient, record_type: str
) -> None:
    path = f"/{record_type}s"
    made = data(await api.post(path, json=TYPES[record_type]))
    assert (made["record_type"], made["active"]) == (record_type, True)
    outbound = {"outbound_voice_profile_id": await profile_id(api)}
    change = {"active": False, "outbound": outbound, "tags": ["x"]}
    required = {name: made[name] for name in TYPES[record_type] if name.endswith(("_name", "_url"))}
    changed = data(await api.patch(f"{path}/{made['id']}", json={**required, **change}))
    assert (changed["active"], changed["outbound"]["channel_limit"]) == (False, None)
    shown = data(await api.get(f"/connections/{made['id']}"))
    assert (shown["record_type"], shown["active"]) == (record_type, False)
    assert shown["outbound_voice_profile_id"] == outbound["outbound_voice_profile_id"]
    assert changed in data(await api.get(path))
    data(await api.delete(f"{path}/{made['id']}"))
    assert code(await api.get(f"{path}/{made['id']}")) == code(await api.get(f"/connections/{made['id']}")) == "10005"


async def test_connections_are_found_by_name_profile_and_host(api: httpx2.AsyncClient) -> None:
    phones = await create(api, "credential_connections", **CREDENTIAL)
    cloud = await create(api, "fqdn_connections", connection_name="Cloud")
    await create(api, "fqdns", connection_id=cloud["id"], fqdn="sip.example.com", dns_record_type="a")
    for query, found in {
        "filter[connection_name][contains]=office": [phones["id"]],
        "filter[fqdn]=sip.example.com": [cloud["id"]],
        f"filter[outbound_voice_profile_id]={await profile_id(api)}": [await application(api)],
        "sort=connection_name": [cloud["id"], phones["id"], await application(api)],
    }.items():
        assert [each["id"] for each in data(await api.get(f"/connections?{query}"))] == found
    assert code(await api.get("/connections?filter[connection_name][contains]=ab")) == "10015"
    counts = data(await api.get("/connections/count"))["counts"]
    assert {name: count for name, count in counts.items() if count} == {
        "call_control_applications": 1,
        "credential_connections": 1,
        "fqdn_connections": 1,
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"user_name": "a b"}, "10015"),
        ({"password": "short"}, "10015"),
        ({"user_name": "office01"}, "10027"),
        ({"outbound": {"outbound_voice_profile_id": "1"}}, "10017"),
        ({"inbound": {"colour": "red"}}, "10015"),
    ],
)
async def test_a_connection_that_would_not_work_is_refused(
    api: httpx2.AsyncClient, change: dict[str, Any], expected: str
) -> None:
    await create(api, "credential_connections", **CREDENTIAL)
    again = {**CREDENTIAL, "user_name": "office02", **change}
    assert code(await api.post("/credential_connections", json=again)) == expected
    assert len(data(await api.get("/credential_connections"))) == 1


async def test_a_profile_decides_where_calls_may_go(api: httpx2.AsyncClient) -> None:
    profile = await profile_id(api)
    assert code(await dial(api, to="+447700900123")) == "10010"
    body = {"name": "World", "whitelisted_destinations": ["GB"]}
    changed = data(await api.patch(f"/outbound_voice_profiles/{profile}", json=body))
    assert (changed["connections_count"], changed["enabled"]) == (1, True)
    data(await dial(api, to="+447700900123"))
    data(await api.patch(f"/outbound_voice_profiles/{profile}", json={"name": "World", "enabled": False}))
    assert code(await dial(api, to="+447700900123")) == "10010"
    assert code(await api.delete(f"/outbound_voice_profiles/{profile}")) == "10027"
    other = await create(api, "outbound_voice_profiles", name="Other")
    data(await api.delete(f"/outbound_voice_profiles/{other['id']}"))


async def test_hosts_sit_on_connections_of_their_type(api: httpx2.AsyncClient) -> None:
    pbx = await create(api, "ip_connections", connection_name="PBX")
    ip = await create(api, "ips", ip_address="203.0.113.5", connection_id=pbx["id"])
    assert ip["port"] == 5060
    moved = data(await api.patch(f"/ips/{ip['id']}", json={"ip_address": "203.0.113.5", "port": 5080}))
    assert [moved] == data(await api.get(f"/ips?filter[connection_id]={pbx['id']}&filter[port]=5080"))
    wrong = {"fqdn": "sip.example.com", "dns_record_type": "a", "connection_id": pbx["id"]}
    assert code(await api.post("/fqdns", json=wrong)) == "10017"
    data(await api.delete(f"/ips/{ip['id']}"))
    assert data(await api.get("/ips")) == []


async def test_a_phone_registers_after_a_while_unless_it_is_offline(api: httpx2.AsyncClient, clock: Clock) -> None:
    phones = await create(api, "credential_connections", **CREDENTIAL)
    offline = await create(api, "credential_connections", **{**CREDENTIAL, "user_name": "offline01"})
    check = "/credential_connections/{}/actions/check_registration_status"
    assert data(await api.post(check.format(phones["id"])))["status"] == "Not Registered"
    clock.advance(30)
    assert data(await api.post(check.format(phones["id"])))["status"] == "Registered"
    assert data(await api.post(check.format(offline["id"])))["status"] == "Not Registered"
    query = f"credential_type=sip_credential_connection&connection_id={phones['id']}"
    status = (await api.get(f"/sip_registration_status?{query}")).json()
    assert (status["registered"], status["sip_registration_status"]) == (True, "registered")


async def test_a_credential_gives_tokens_until_it_expires(api: httpx2.AsyncClient, clock: Clock) -> None:
    phones = await create(api, "credential_connections", **CREDENTIAL)
    made = await create(api, "telephony_credentials", connection_id=phones["id"], expires_at="2026-09-21T15:00:00Z")
    token = await api.post(f"/telephony_credentials/{made['id']}/token")
    assert token.text.count(".") == 2
    assert data(await api.get("/telephony_credentials?filter[status]=active")) == [made]
    clock.advance(24 * 60 * 60)
    assert data(await api.get(f"/telephony_credentials/{made['id']}"))["expired"]
    assert code(await api.post(f"/telephony_credentials/{made['id']}/token")) == "10027"
