"""Phone numbers: searching, holding, buying with and without requirements, settings, bulk jobs, release."""

import json
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from tests.sandbox.answers import SENDER
from tests.tools.groups.sandboxed import answering, call, sandboxed

from telnyx_sandbox import account as sandbox_account
from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments

SOMEBODY_ELSES = "+12025550199"
ADDRESS = {
    "business_name": "Example Ltd",
    "street_address": "311 W Superior Street",
    "locality": "Chicago",
    "administrative_area": "IL",
    "postal_code": "60654",
    "country_code": "US",
}


async def search(telnyx: Telnyx, page: str = "1", **arguments: object) -> list[str]:
    """The numbers of all pages of a search, or of those from one on."""
    numbers: list[str] = []
    while page:
        found = await call(telnyx, "list_available_phone_numbers", page=page, **arguments)
        numbers += [item["phone_number"] for item in found["items"]]
        page = found.get("next", "")
    return numbers


async def order(telnyx: Telnyx, *phone_numbers: str, **arguments: object) -> dict[str, Any]:
    return await call(telnyx, "initiate_phone_number_order", phone_numbers=list(phone_numbers), **arguments)


async def balance(telnyx: Telnyx) -> Decimal:
    return Decimal((await call(telnyx, "get_balance"))["balance"])


async def address(telnyx: Telnyx, **changes: object) -> str:
    return str((await call(telnyx, "create_address", **{**ADDRESS, **changes}))["id"])


def code(refused: pytest.ExceptionInfo[ApiError]) -> object:
    return refused.value.describe()["code"]


async def test_an_area_code_finds_numbers_with_their_prices(telnyx: Telnyx) -> None:
    found = await call(telnyx, "list_available_phone_numbers", area_code="312", limit=1)
    (number,) = found["items"]
    assert number["phone_number"] == "+13125550100"
    assert number["cost_information"] == {"upfront_cost": "1.00", "monthly_cost": "1.00", "currency": "USD"}
    assert number["region_information"]["rate_center"] == "CHICAGO"


async def test_a_search_that_finds_nothing_says_how_to_widen_it(telnyx: Telnyx) -> None:
    found = await call(telnyx, "list_available_phone_numbers", locality="Chicago, IL")
    assert found["items"] == []
    assert "best_effort" in found["note"]
    assert "note" not in await call(telnyx, "list_available_phone_numbers", locality="Chicago")


async def test_a_search_goes_on_where_it_stopped_without_its_limit(telnyx: Telnyx) -> None:
    first = await call(telnyx, "list_available_phone_numbers", area_code="312", limit=100)
    rest = await search(telnyx, area_code="312", page=first["next"])
    assert len({item["phone_number"] for item in first["items"]} | set(rest)) == 100


async def test_every_search_filter_reaches_the_api_under_its_name() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.update(request.url.params)
        return httpx2.Response(200, json={"data": []})

    seen: dict[str, str] = {}
    async with answering(handler) as telnyx:
        await call(
            telnyx,
            "list_available_phone_numbers",
            rate_center="CHICAGO",
            features=["sms", "voice"],
            starts_with="312",
            quickship=True,
            reservable=True,
            exclude_held_numbers=True,
        )
    assert seen == {
        "filter[country_code]": "US",
        "filter[rate_center]": "CHICAGO",
        "filter[features]": "sms,voice",
        "filter[phone_number][starts_with]": "312",
        "filter[quickship]": "true",
        "filter[reservable]": "true",
        "filter[exclude_held_numbers]": "true",
        "filter[limit]": "10",
    }


async def test_a_held_number_is_left_out_of_a_search_until_its_hold_ends(telnyx: Telnyx, clock: Clock) -> None:
    (number,) = await search(telnyx, area_code="312", limit=1)
    held = await call(telnyx, "reserve_phone_numbers", phone_numbers=[number], customer_reference="desk")
    assert (await search(telnyx, area_code="312", limit=1, exclude_held_numbers=True)) != [number]
    extended = await call(telnyx, "extend_number_reservation", number_reservation_id=held["id"])
    assert extended["phone_numbers"][0]["expired_at"] > held["phone_numbers"][0]["expired_at"]
    assert (await call(telnyx, "get_number_reservation", number_reservation_id=held["id"])) == extended
    listed = await call(telnyx, "list_number_reservations", phone_number=number)
    assert [each["id"] for each in listed["items"]] == [held["id"]]
    clock.advance(60 * 60)
    assert (await search(telnyx, area_code="312", limit=1, exclude_held_numbers=True)) == [number]


async def test_a_reservation_cannot_be_extended_for_ever(telnyx: Telnyx) -> None:
    held = await call(telnyx, "reserve_phone_numbers", phone_numbers=["+13125550100"])
    for _ in range(2):
        await call(telnyx, "extend_number_reservation", number_reservation_id=held["id"])
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "extend_number_reservation", number_reservation_id=held["id"])
    assert code(refused) == "85008"


async def test_a_number_is_reserved_once(telnyx: Telnyx) -> None:
    await call(telnyx, "reserve_phone_numbers", phone_numbers=["+13125550100"])
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "reserve_phone_numbers", phone_numbers=["+13125550100"])
    assert code(refused) == "85006"


async def test_an_order_without_requirements_lacks_nothing(telnyx: Telnyx, clock: Clock) -> None:
    (number,) = await search(telnyx, area_code="312", limit=1)
    before = await balance(telnyx)
    ordered = await order(telnyx, number, customer_reference="front desk")
    assert (ordered["status"], ordered["requirements_met"]) == ("pending", True)
    assert "missing_requirements" not in ordered
    assert "next_step" not in ordered
    assert await balance(telnyx) == before - 2
    clock.advance(1)
    assert (await call(telnyx, "get_number_order", number_order_id=ordered["id"]))["status"] == "success"
    listed = await call(telnyx, "list_number_orders", customer_reference="front desk", status="success")
    assert [each["id"] for each in listed["items"]] == [ordered["id"]]


async def test_a_german_order_says_in_words_what_it_lacks_and_succeeds_once_it_was_given(
    telnyx: Telnyx, clock: Clock
) -> None:
    (number,) = await search(telnyx, country_code="DE", limit=1)
    ordered = await order(telnyx, number)
    missing = {each["name"]: each for each in ordered["missing_requirements"]}
    assert set(missing) == {"End user's name", "Address in the area of the number", "Proof of the address"}
    assert missing["Proof of the address"]["field_type"] == "document"
    assert all(each["phone_numbers"] == [number] for each in missing.values())
    assert "update_number_order" in ordered["next_step"]
    clock.advance(3_600)
    (owned,) = (await call(telnyx, "list_phone_numbers", phone_number=number))["items"]
    assert owned["status"] == "purchase-pending"

    values = {
        "End user's name": "Beispiel GmbH",
        "Address in the area of the number": await address(telnyx, country_code="DE", locality="Berlin"),
        "Proof of the address": "document-1",
    }
    given = [
        {"requirement_id": missing[name]["requirement_id"], "field_value": value} for name, value in values.items()
    ]
    partly = await call(telnyx, "update_number_order", number_order_id=ordered["id"], regulatory_requirements=given[:2])
    assert [each["name"] for each in partly["missing_requirements"]] == ["Proof of the address"]
    complete = await call(
        telnyx, "update_number_order", number_order_id=ordered["id"], regulatory_requirements=given[2:]
    )
    assert "missing_requirements" not in complete
    assert complete["phone_numbers"][0]["requirements_status"] == "requirement-info-under-review"
    clock.advance(5)
    assert (await call(telnyx, "get_number_order", number_order_id=ordered["id"]))["status"] == "success"


async def test_a_british_mobile_number_asks_for_other_things_than_a_local_one(telnyx: Telnyx) -> None:
    found = await call(telnyx, "get_regulatory_requirements", country_code="GB")
    asked = {
        each["phone_number_type"]: [one["name"] for one in each["regulatory_requirements"]] for each in found["items"]
    }
    assert asked == {
        "local": ["Address of the end user"],
        "mobile": ["Address of the end user", "Use of the number"],
    }
    of_number = await call(telnyx, "get_regulatory_requirements", phone_number="+447700900000")
    assert [each["phone_number_type"] for each in of_number["items"]] == ["mobile"]


async def test_requirements_are_asked_for_a_country_or_a_number() -> None:
    async with answering(_unexpected) as telnyx:
        with pytest.raises(InvalidArguments, match="invalid arguments"):
            await call(telnyx, "get_regulatory_requirements")


async def test_an_approved_requirement_group_meets_the_requirements_of_an_order(telnyx: Telnyx) -> None:
    (asked,) = (await call(telnyx, "get_regulatory_requirements", country_code="GB", number_type="local"))["items"]
    values = [
        {"requirement_id": asked["regulatory_requirements"][0]["id"], "field_value": await address(telnyx)},
    ]
    body = {"country_code": "GB", "phone_number_type": "local", "action": "ordering", "regulatory_requirements": values}
    await telnyx.post("/requirement_groups", body=body)
    (group,) = (await call(telnyx, "list_requirement_groups", country_code="GB", status="approved"))["items"]
    (number,) = await search(telnyx, country_code="GB", number_type="local", limit=1)
    ordered = await order(telnyx, number, requirement_group_id=group["id"])
    assert ordered["requirements_met"] is True
    assert "missing_requirements" not in ordered


async def test_an_order_stands_even_where_its_requirements_cannot_be_explained() -> None:
    line = {
        "phone_number": "+493023125000",
        "country_code": "DE",
        "phone_number_type": "local",
        "requirements_met": False,
        "requirements_status": "requirement-info-pending",
        "regulatory_requirements": [{"requirement_id": "r1", "field_type": "textual", "field_value": None}],
    }

    def handler(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(200, json={"data": {"id": "o1", "status": "pending", "phone_numbers": [line]}})
        return httpx2.Response(404, json={"errors": [{"code": "10005", "title": "Not found"}]})

    async with answering(handler) as telnyx:
        ordered = await order(telnyx, "+493023125000")
    (missing,) = ordered["missing_requirements"]
    assert missing == {"requirement_id": "r1", "field_type": "textual", "phone_numbers": ["+493023125000"]}


@pytest.mark.parametrize(
    ("status", "value", "lacking"),
    [
        ("requirement-info-pending", None, 1),
        ("requirement-info-pending", "given", 0),
        ("requirement-info-under-review", None, 0),
        ("requirement-info-exception", "turned down", 1),
        (None, None, 1),
        ("brand-new-status", None, 1),
    ],
)
async def test_what_is_lacking_follows_the_status_and_the_values(
    status: str | None, value: str | None, lacking: int
) -> None:
    asked = {"requirement_id": "r1", "field_value": value}
    line = {"requirements_met": False, "requirements_status": status, "regulatory_requirements": [asked]}

    def handler(request: httpx2.Request) -> httpx2.Response:
        found = {"id": "o1", "phone_numbers": [line]}
        return httpx2.Response(200, json={"data": found if "orders" in request.url.path else None})

    async with answering(handler) as telnyx:
        found = await call(telnyx, "get_number_order", number_order_id="o1")
    assert len(found.get("missing_requirements", [])) == lacking


async def test_a_number_is_named_by_itself_or_by_its_id(telnyx: Telnyx) -> None:
    by_number = await call(telnyx, "get_phone_number", phone_number=SENDER)
    assert await call(telnyx, "get_phone_number", phone_number=by_number["id"]) == by_number
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "get_phone_number", phone_number=SOMEBODY_ELSES)
    assert "list_phone_numbers" in refused.value.problems[0].problem


async def test_full_detail_shows_what_a_summary_leaves_out(telnyx: Telnyx) -> None:
    summary = await call(telnyx, "get_phone_number", phone_number=SENDER)
    full = await call(telnyx, "get_phone_number", phone_number=SENDER, detail="full")
    assert summary.items() < full.items()
    assert "source_type" in full.keys() - summary.keys()


async def test_a_setting_is_cleared_and_what_is_left_out_stays(telnyx: Telnyx) -> None:
    tagged = await call(telnyx, "update_phone_number", phone_number=SENDER, tags=["a"], customer_reference="desk")
    assert (tagged["tags"], tagged["customer_reference"]) == (["a"], "desk")
    cleared = await call(telnyx, "update_phone_number", phone_number=SENDER, clear=["customer_reference"])
    assert (cleared["tags"], cleared["cleared"]) == (["a"], ["customer_reference"])
    assert "customer_reference" not in cleared


async def test_a_number_joins_a_messaging_profile_and_leaves_it(telnyx: Telnyx) -> None:
    profile = (await call(telnyx, "list_messaging_profiles"))["items"][0]["id"]
    tool = "update_phone_number_messaging_settings"
    left = await call(telnyx, tool, phone_number=SENDER, clear=["messaging_profile_id"])
    assert "messaging_profile_id" not in left
    joined = await call(telnyx, tool, phone_number=SENDER, messaging_profile_id=profile)
    assert joined["messaging_profile_id"] == profile
    assert joined.pop("updated") == ["messaging_profile_id"]
    assert joined == await call(telnyx, "get_phone_number_messaging_settings", phone_number=SENDER)


async def test_voice_settings_change_only_where_something_was_given(telnyx: Telnyx) -> None:
    before = await call(telnyx, "get_phone_number_voice_settings", phone_number=SENDER)
    after = await call(
        telnyx,
        "update_phone_number_voice_settings",
        phone_number=SENDER,
        call_forwarding={"forwards_to": "+12025550150"},
        inbound_call_screening="flag_calls",
    )
    forwarding = {**before["call_forwarding"], "forwards_to": "+12025550150"}
    told = {"updated": ["call_forwarding", "inbound_call_screening"]}
    assert after == {**before, "call_forwarding": forwarding, "inbound_call_screening": "flag_calls", **told}


async def test_a_wrong_member_of_a_nested_argument_is_refused_by_name() -> None:
    async with answering(_unexpected) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(
                telnyx, "update_phone_number_voice_settings", phone_number=SENDER, call_forwarding={"to": "+1202"}
            )
    assert refused.value.problems[0].argument == "call_forwarding.to"


async def test_emergency_calling_takes_an_address_and_is_charged(telnyx: Telnyx, clock: Clock) -> None:
    tool, before = "set_phone_number_emergency", await balance(telnyx)
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, tool, phone_number=SENDER, emergency_enabled=True)
    assert [problem.argument for problem in refused.value.problems] == ["emergency_address_id"]
    address_id = await address(telnyx)
    enabled = await call(telnyx, tool, phone_number=SENDER, emergency_enabled=True, emergency_address_id=address_id)
    assert enabled["emergency"]["emergency_status"] == "provisioning"
    assert await balance(telnyx) == before - Decimal("1.50")
    clock.advance(1)
    number = await call(telnyx, "get_phone_number", phone_number=SENDER)
    assert (number["emergency_status"], number["emergency_address_id"]) == ("active", address_id)
    disabled = await call(telnyx, tool, phone_number=SENDER, emergency_enabled=False)
    assert disabled["emergency"]["emergency_enabled"] is False
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, tool, phone_number=SENDER, emergency_enabled=False)
    assert [problem.argument for problem in refused.value.problems] == ["emergency_enabled"]


async def test_an_address_belongs_to_a_person_or_a_business(telnyx: Telnyx) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await address(telnyx, business_name="", first_name="Ada")
    assert [problem.argument for problem in refused.value.problems] == ["business_name"]
    await address(telnyx)
    found = await call(telnyx, "list_addresses", street_contains="superior")
    assert [each["business_name"] for each in found["items"]] == ["Example Ltd"]


async def test_a_released_number_is_gone(telnyx: Telnyx) -> None:
    assert (await call(telnyx, "release_phone_number", phone_number=SENDER))["status"] == "deleted"
    assert (await call(telnyx, "list_phone_numbers"))["items"] == []


async def test_a_deletion_lock_keeps_a_number(telnyx: Telnyx) -> None:
    await call(telnyx, "update_phone_numbers_in_bulk", phone_numbers=[SENDER], deletion_lock_enabled=True)
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "release_phone_number", phone_number=SENDER)
    assert code(refused) == "10035"
    assert (await call(telnyx, "get_phone_number", phone_number=SENDER))["deletion_lock_enabled"] is True


async def test_ownership_of_many_numbers_is_one_call(telnyx: Telnyx) -> None:
    owned = await call(telnyx, "verify_number_ownership", phone_numbers=[SENDER, SOMEBODY_ELSES])
    number_id = (await call(telnyx, "get_phone_number", phone_number=SENDER))["id"]
    assert owned == {"found": {SENDER: number_id}, "not_found": [SOMEBODY_ELSES]}


async def test_a_bulk_update_changes_every_number_and_tells_how_far_it_is(telnyx: Telnyx, clock: Clock) -> None:
    bought = await search(telnyx, area_code="312", limit=20)
    await order(telnyx, *bought)
    job = await call(
        telnyx,
        "update_phone_numbers_in_bulk",
        phone_numbers=[*bought, bought[0]],
        tags=["campaign"],
        voice={"call_forwarding": {"forwards_to": "+12025550150"}},
    )
    assert (job["status"], job["pending"], job["succeeded"]) == ("pending", 20, 0)
    clock.advance(1)
    running = await call(telnyx, "get_phone_number_job", job_id=job["id"])
    assert (running["status"], running["pending"], running["succeeded"]) == ("in_progress", 10, 10)
    clock.advance(1)
    done = await call(telnyx, "get_phone_number_job", job_id=job["id"])
    assert (done["status"], done["succeeded"], done["failed"]) == ("completed", 20, 0)
    assert (await call(telnyx, "list_phone_numbers", tag="campaign"))["total_results"] == 20
    voice = await call(telnyx, "get_phone_number_voice_settings", phone_number=bought[7])
    assert voice["call_forwarding"]["forwards_to"] == "+12025550150"


async def test_a_bulk_job_says_which_numbers_failed_and_why(telnyx: Telnyx, clock: Clock) -> None:
    (other,) = await search(telnyx, area_code="312", limit=1)
    await order(telnyx, other)
    await call(telnyx, "update_phone_numbers_in_bulk", phone_numbers=[SENDER], deletion_lock_enabled=True)
    job = await call(telnyx, "release_phone_numbers_in_bulk", phone_numbers=[SENDER, other])
    clock.advance(1)
    done = await call(telnyx, "get_phone_number_job", job_id=job["id"])
    assert (done["succeeded"], done["failed"]) == (1, 1)
    assert done["failures"][0]["phone_number"] == SENDER
    assert done["failures"][0]["errors"][0]["code"] == "10035"
    assert [each["phone_number"] for each in (await call(telnyx, "list_phone_numbers"))["items"]] == [SENDER]


async def test_a_bulk_call_with_a_foreign_number_touches_nothing(telnyx: Telnyx) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "release_phone_numbers_in_bulk", phone_numbers=[SENDER, SOMEBODY_ELSES])
    assert SOMEBODY_ELSES in refused.value.problems[0].problem
    assert (await call(telnyx, "list_phone_numbers"))["total_results"] == 1


async def test_a_thousand_numbers_are_resolved_in_one_request_and_answered_in_counts() -> None:
    mine = [f"+1312555{ending:04}" for ending in range(1_000)]

    def handler(request: httpx2.Request) -> httpx2.Response:
        sent = json.loads(request.content)["phone_numbers"]
        requests.append((request.url.path, len(sent)))
        if request.url.path.endswith("verify_ownership"):
            found = [{"id": f"id-{number}", "number_val_e164": number} for number in sent]
            return httpx2.Response(200, json={"data": {"found": found, "not_found": []}})
        rows = [{"id": number_id, "phone_number": "+13125550000"} for number_id in sent]
        return httpx2.Response(200, json={"data": {"id": "j1", "status": "pending", "pending_operations": rows}})

    requests: list[tuple[str, int]] = []
    async with answering(handler) as telnyx:
        job = await call(telnyx, "release_phone_numbers_in_bulk", phone_numbers=mine)
    assert [count for _, count in requests] == [1_000, 1_000]
    assert job == {"id": "j1", "status": "pending", "succeeded": 0, "failed": 0, "pending": 1_000}


async def test_coverage_names_countries_with_their_number_types(telnyx: Telnyx) -> None:
    every = await call(telnyx, "list_country_coverage")
    types = {each["country"]: each["phone_number_type"] for each in every["items"]}
    assert types["United States"] == ["local", "toll_free"]
    (germany,) = (await call(telnyx, "list_country_coverage", country_code="DE", detail="full"))["items"]
    assert germany["code"] == "DE"
    assert "features" in germany["local"]


async def test_pages_of_250_numbers_are_small_and_lose_and_repeat_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_account, "STARTING_BALANCE", Decimal(1_000))
    async with sandboxed() as telnyx:
        for area_code in ("312", "212", "415", "702", "305"):
            await order(telnyx, *await search(telnyx, area_code=area_code, limit=50))
        walked, page = [], "1"
        while page:
            listed = await call(telnyx, "list_phone_numbers", page=page, page_size=250, sort="phone_number")
            assert len(json.dumps(listed, separators=(",", ":"), ensure_ascii=False)) <= 8_000
            assert listed["total_results"] == 251
            walked += [each["phone_number"] for each in listed["items"]]
            page = listed.get("next", "")
    assert len(walked) == len(set(walked)) == 251


async def test_a_release_that_already_took_place_is_a_success() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        statuses.append(503 if not statuses else 404)
        return httpx2.Response(statuses[-1], json={"errors": [{"code": "10005"}]}, headers={"retry-after": "0"})

    statuses: list[int] = []
    async with answering(handler) as telnyx:
        released = await call(telnyx, "release_phone_number", phone_number="17")
    assert released == {"id": "17", "status": "deleted"}


def _unexpected(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError("Nothing may be sent")
