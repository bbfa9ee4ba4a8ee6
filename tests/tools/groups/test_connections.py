"""Connections of every type, and what calls go by: profiles, addresses, applications, logins."""

import json

import httpx2
import pytest
from tests.tools.groups.sandboxed import answering, call

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.groups.connections.kinds import kind_of

URL = "https://example.com/voice"
PASSWORD = "correct-horse-battery"


async def seeded(telnyx: Telnyx) -> str:
    return str((await call(telnyx, "list_connections"))["items"][0]["id"])


async def phones(telnyx: Telnyx, **arguments: object) -> str:
    given = {"connection_name": "Office phones", "user_name": "office01", "password": PASSWORD, **arguments}
    return str((await call(telnyx, "create_credential_connection", **given))["id"])


async def test_an_application_is_changed_without_repeating_what_the_api_wants(telnyx: Telnyx) -> None:
    connection_id = await seeded(telnyx)
    changed = await call(telnyx, "update_connection", connection_id=connection_id, inbound={"channel_limit": 3})
    assert changed["connection_name"] == "Sandbox voice application"
    assert (changed["inbound"]["channel_limit"], changed["inbound"]["shaken_stir_enabled"]) == (3, False)
    renamed = await call(telnyx, "update_connection", connection_id=connection_id, connection_name="Front desk")
    shown = await call(telnyx, "get_connection", connection_id=connection_id)
    assert {**shown, "updated": ["connection_name"]} == renamed
    assert (shown["webhook_event_url"], shown["outbound_voice_profile_id"]) == (
        "https://example.com/telnyx-webhooks",
        shown["outbound"]["outbound_voice_profile_id"],
    )


@pytest.mark.parametrize(
    ("tool", "arguments", "change"),
    [
        (
            "create_credential_connection",
            {"connection_name": "A", "user_name": "office01", "password": PASSWORD},
            {"user_name": "office02", "password": PASSWORD, "sip_uri_calling_preference": "internal"},
        ),
        ("create_ip_connection", {"connection_name": "A"}, {"inbound": {"sip_region": "Europe"}}),
        ("create_fqdn_connection", {"connection_name": "A"}, {"transport_protocol": "TLS", "encrypted_media": "SRTP"}),
        (
            "create_uac_connection",
            {"connection_name": "A", "external_uac_settings": {"username": "a", "password": PASSWORD}},
            {"external_uac_settings": {"proxy": "sip.example.com"}},
        ),
        ("create_texml_application", {"friendly_name": "A", "voice_url": URL}, {"voice_method": "get"}),
    ],
)
async def test_a_connection_of_each_type_is_made_changed_and_deleted(
    telnyx: Telnyx, tool: str, arguments: dict[str, object], change: dict[str, object]
) -> None:
    profile = (await call(telnyx, "list_outbound_voice_profiles"))["items"][0]["id"]
    made = await call(telnyx, tool, outbound={"outbound_voice_profile_id": profile}, **arguments)
    one = {"connection_id": made["id"]}
    changed = await call(telnyx, "update_connection", connection_name="B", active=False, **change, **one)
    assert (changed["connection_name"], changed["active"]) == ("B", False)
    shown = await call(telnyx, "get_connection", detail="full", **one)
    assert shown["outbound_voice_profile_id"] == profile
    assert PASSWORD not in json.dumps([made, changed, shown])
    for name, value in change.items():
        if name != "password":
            assert shown[name] == ({**shown[name], **value} if isinstance(value, dict) else value)
    await call(telnyx, "delete_connection", **one)
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "get_connection", **one)


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"user_name": "office02"}, "user_name"),
        ({"inbound": {"codecs": ["G722"]}}, "inbound.codecs"),
        ({"anchorsite_override": "Frankfurt, Germany"}, "anchorsite_override"),
        ({"connection_name": "A", "voice_url": URL}, "voice_url"),
    ],
)
async def test_a_setting_that_the_type_does_not_have_is_refused(
    telnyx: Telnyx, change: dict[str, object], argument: str
) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "update_connection", connection_id=await seeded(telnyx), **change)
    (problem,) = refused.value.problems
    assert problem.argument == argument
    assert problem.problem.startswith("For a call_control_application it ")


async def test_connections_are_found_by_name_and_counted(telnyx: Telnyx) -> None:
    connection_id = await phones(telnyx)
    (found,) = (await call(telnyx, "list_connections", name_contains="office"))["items"]
    assert (found["id"], found["record_type"]) == (connection_id, "credential_connection")
    counts = (await call(telnyx, "count_connections"))["counts"]
    assert (counts["call_control_applications"], counts["sip_user_connections"]) == (1, 1)
    assert (await call(telnyx, "get_account_overview"))["connections"] == 2


@pytest.mark.parametrize(
    ("named", "record_type"),
    [
        ("ip_connection", "ip_connection"),
        ("Credential", "credential_connection"),
        ("call_control_applications", "call_control_application"),
        ("ipsec_connection", None),
        (None, None),
    ],
)
def test_a_type_is_known_in_whichever_form_it_is_written(named: str | None, record_type: str | None) -> None:
    kind = kind_of({"data": {"record_type": named}})
    assert (kind.record_type if kind else None) == record_type


async def test_a_connection_with_numbers_stays(telnyx: Telnyx) -> None:
    with pytest.raises(ApiError, match="10021"):
        await call(telnyx, "delete_connection", connection_id=await seeded(telnyx))


async def test_a_type_that_nobody_knows_shows_what_all_have_and_can_be_named() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        fields = {"id": "1", "record_type": "carrier_pigeon", "connection_name": "Coo"}
        return httpx2.Response(200, json={"data": fields})

    async with answering(answer) as telnyx:
        assert (await call(telnyx, "get_connection", connection_id="1"))["connection_name"] == "Coo"
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "update_connection", connection_id="1", active=False)
        assert refused.value.problems[0].argument == "connection_type"
        given = {"connection_id": "1", "connection_type": "ip_connection"}
        assert (await call(telnyx, "update_connection", active=False, **given))["id"] == "1"


async def test_a_phone_is_seen_to_register(telnyx: Telnyx, clock: Clock) -> None:
    connection_id = await phones(telnyx)
    login = await call(telnyx, "create_telephony_credential", connection_id=connection_id)
    before = await call(telnyx, "check_sip_registration", connection_id=connection_id)
    clock.advance(30)
    after = await call(telnyx, "check_sip_registration", connection_id=connection_id)
    assert (before["status"], after["status"]) == ("Not Registered", "Registered")
    one = {"connection_id": connection_id, "sip_username": login["sip_username"]}
    assert (await call(telnyx, "check_sip_registration", **one))["status"] == "registered"
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "check_sip_registration", connection_id=await seeded(telnyx))
    assert [problem.argument for problem in refused.value.problems] == ["connection_id"]


async def test_a_login_gives_its_token_and_never_its_password(telnyx: Telnyx) -> None:
    connection_id = await phones(telnyx)
    made = await call(telnyx, "create_telephony_credential", connection_id=connection_id, name="Browser")
    one = {"credential_id": made["id"]}
    changed = await call(telnyx, "update_telephony_credential", tag="web", **one)
    (listed,) = (await call(telnyx, "list_telephony_credentials", connection_id=connection_id, tag="web"))["items"]
    shown = await call(telnyx, "get_telephony_credential", **one)
    assert made.keys() == {"id", "name", "sip_username", "resource_id", "expired", "created_at"}
    assert changed.pop("updated") == ["tag"]
    assert made == changed == listed == shown
    token = await call(telnyx, "create_telephony_credential_token", **one)
    assert token["jwt"].count(".") == 2
    await call(telnyx, "delete_telephony_credential", **one)
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "create_telephony_credential_token", **one)


async def test_a_profile_is_limited_without_repeating_its_name(telnyx: Telnyx) -> None:
    made = await call(telnyx, "create_outbound_voice_profile", name="Sales", whitelisted_destinations=["US"])
    one = {"outbound_voice_profile_id": made["id"]}
    limits = {"daily_spend_limit": "25.00", "daily_spend_limit_enabled": True, "concurrent_call_limit": 5}
    changed = await call(telnyx, "update_outbound_voice_profile", **limits, **one)
    assert changed.pop("updated") == list(limits)
    assert {**changed, **limits, "name": "Sales"} == changed == await call(telnyx, "get_outbound_voice_profile", **one)
    cleared = await call(telnyx, "update_outbound_voice_profile", clear=["concurrent_call_limit"], **one)
    assert cleared["cleared"] == ["concurrent_call_limit"]
    assert "concurrent_call_limit" not in cleared
    await call(telnyx, "delete_outbound_voice_profile", **one)
    assert len((await call(telnyx, "list_outbound_voice_profiles"))["items"]) == 1


async def test_addresses_are_put_on_connections_moved_and_taken_off(telnyx: Telnyx) -> None:
    pbx = (await call(telnyx, "create_ip_connection", connection_name="PBX"))["id"]
    ip = await call(telnyx, "create_ip", connection_id=pbx, ip_address="203.0.113.5")
    changed = await call(telnyx, "update_ip", ip_id=ip["id"], port=5080)
    assert (changed["ip_address"], changed["port"], changed.pop("updated")) == ("203.0.113.5", 5080, ["port"])
    assert (await call(telnyx, "list_ips", connection_id=pbx))["items"] == [changed]
    cloud = (await call(telnyx, "create_fqdn_connection", connection_name="Cloud"))["id"]
    fqdn = await call(telnyx, "create_fqdn", connection_id=cloud, fqdn="sip.example.com")
    await call(telnyx, "update_fqdn", fqdn_id=fqdn["id"], dns_record_type="srv")
    assert [each["id"] for each in (await call(telnyx, "list_connections", fqdn="sip.example.com"))["items"]] == [cloud]
    await call(telnyx, "delete_ip", ip_id=ip["id"])
    await call(telnyx, "delete_fqdn", fqdn_id=fqdn["id"])
    assert (await call(telnyx, "list_fqdns"))["items"] == (await call(telnyx, "list_ips"))["items"] == []


async def test_a_texml_application_is_changed_without_repeating_its_urls(telnyx: Telnyx) -> None:
    made = await call(telnyx, "create_texml_application", friendly_name="Menu", voice_url=URL)
    one = {"application_id": made["id"]}
    changed = await call(telnyx, "update_texml_application", active=False, inbound={"channel_limit": 2}, **one)
    assert (changed["connection_name"], changed["voice_url"], changed["active"]) == ("Menu", URL, False)
    assert changed.pop("updated") == ["active", "inbound"]
    assert await call(telnyx, "get_texml_application", **one) == changed
    (listed,) = (await call(telnyx, "list_texml_applications", friendly_name="Menu"))["items"]
    assert listed["voice_url"] == URL
    await call(telnyx, "delete_texml_application", **one)
    assert (await call(telnyx, "list_texml_applications"))["items"] == []


async def test_a_teams_connection_keeps_its_profile_when_its_limit_changes() -> None:
    sent: list[object] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            sent.append(json.loads(request.content))
        fields = {"id": "1", "record_type": "external_connection", "outbound": {"outbound_voice_profile_id": "7"}}
        return httpx2.Response(200, json={"data": fields})

    async with answering(answer) as telnyx:
        await call(telnyx, "update_connection", connection_id="1", outbound={"channel_limit": 9})
    assert sent == [{"outbound": {"outbound_voice_profile_id": "7", "channel_limit": 9}}]
