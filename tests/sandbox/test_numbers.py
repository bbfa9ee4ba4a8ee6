"""Phone numbers: searching, buying, changing, releasing."""

import httpx2
import pytest
from tests.sandbox.answers import SENDER, balance, code, data

from telnyx_sandbox.clock import Clock


async def search(api: httpx2.AsyncClient, **filters: str) -> list[str]:
    params = {f"filter[{name}]": value for name, value in filters.items()}
    return [str(row["phone_number"]) for row in data(await api.get("/available_phone_numbers", params=params))]


async def order(api: httpx2.AsyncClient, *numbers: str, **fields: object) -> httpx2.Response:
    lines = [{"phone_number": number} for number in numbers]
    return await api.post("/number_orders", json={"phone_numbers": lines, **fields})


async def test_an_area_code_leads_to_its_city(api: httpx2.AsyncClient) -> None:
    params = {"filter[national_destination_code]": "312", "filter[limit]": "3"}
    rows = data(await api.get("/available_phone_numbers", params=params))
    assert [row["phone_number"] for row in rows] == ["+13125550100", "+13125550101", "+13125550102"]
    regions = {region["region_type"]: region["region_name"] for region in rows[0]["region_information"]}
    assert regions == {"country_code": "US", "location": "CHICAGO", "rate_center": "CHICAGO", "state": "IL"}
    assert rows[0]["cost_information"] == {"upfront_cost": "1.00", "monthly_cost": "1.00", "currency": "USD"}


async def test_a_made_up_area_code_finds_nothing_unless_near_ones_will_do(api: httpx2.AsyncClient) -> None:
    params = {"filter[national_destination_code]": "999", "filter[limit]": "2"}
    assert (await api.get("/available_phone_numbers", params=params)).json()["data"] == []
    nearby = (await api.get("/available_phone_numbers", params={**params, "filter[best_effort]": "true"})).json()
    assert nearby["metadata"] == {"total_results": 2, "best_effort_results": 2}
    assert all(row["best_effort"] for row in nearby["data"])


@pytest.mark.parametrize(
    ("filters", "first"),
    [
        ({"locality": "Chicago"}, "+13125550100"),
        ({"administrative_area": "BC"}, "+16045550100"),
        ({"country_code": "CA"}, "+12045550100"),
        ({"country_code": "GB", "phone_number_type": "mobile"}, "+447700900000"),
        ({"phone_number_type": "toll_free"}, "+18005550100"),
        ({"features": "international_sms"}, "+447700900000"),
        ({"phone_number][ends_with": "42", "national_destination_code": "415"}, "+14155550142"),
        ({"phone_number][starts_with": "212"}, "+12125550100"),
        ({"phone_number][starts_with": "+1713"}, "+17135550100"),
        ({"phone_number][contains": "199", "national_destination_code": "702"}, "+17025550199"),
    ],
)
async def test_each_filter_narrows_the_search(api: httpx2.AsyncClient, filters: dict[str, str], first: str) -> None:
    assert (await search(api, limit="1", **filters)) == [first]


async def test_an_order_takes_its_price_and_succeeds_a_moment_later(api: httpx2.AsyncClient, clock: Clock) -> None:
    (number,) = await search(api, national_destination_code="312", limit="1")
    created = data(await order(api, number, customer_reference="first"))
    assert (created["status"], created["phone_numbers_count"]) == ("pending", 1)
    assert await balance(api) == "98.00"
    pending = data(await api.get("/phone_numbers", params={"filter[status]": "purchase-pending"}))
    assert [row["phone_number"] for row in pending] == [number]
    clock.advance(1)
    assert data(await api.get(f"/number_orders/{created['id']}"))["status"] == "success"
    found = data(await api.get("/number_orders", params={"filter[customer_reference]": "first"}))
    assert [row["id"] for row in found] == [created["id"]]
    assert number not in await search(api, national_destination_code="312")


async def test_an_order_that_cannot_be_met_buys_nothing(api: httpx2.AsyncClient) -> None:
    assert code(await order(api, "+13125550100")) == "85000"
    found = await search(api, limit="51")
    assert code(await order(api, *found)) == "20100"
    assert code(await order(api, found[0], found[0])) == "85001"
    assert code(await order(api, found[0], connection_id="1")) == "85004"
    assert code(await order(api, found[0], messaging_profile_id="1")) == "85005"
    assert code(await order(api, found[0], billing_group_id="1")) == "10017"
    assert code(await order(api)) == "10004"
    assert await balance(api) == "100.00"
    assert [row["phone_number"] for row in data(await api.get("/phone_numbers"))] == [SENDER]


async def test_a_number_that_was_bought_cannot_be_bought_again(api: httpx2.AsyncClient) -> None:
    (number,) = await search(api, limit="1")
    assert (await order(api, number)).is_success
    assert code(await order(api, number)) == "85001"


async def test_a_change_sets_what_it_names_and_leaves_the_rest(api: httpx2.AsyncClient) -> None:
    before = data(await api.get("/phone_numbers"))[0]
    path = f"/phone_numbers/{before['id']}"
    after = data(await api.patch(path, json={"tags": ["sales"], "customer_reference": "A-1"}))
    assert after == {**before, "tags": ["sales"], "customer_reference": "A-1"}
    detached = data(await api.patch(path, json={"connection_id": ""}))
    assert (detached["connection_id"], detached["tags"]) == (None, ["sales"])
    assert code(await api.patch(path, json={"connection_id": "7"})) == "85004"
    assert code(await api.patch(path, json={"billing_group_id": "7"})) == "10017"


async def test_voice_settings_change_key_by_key(api: httpx2.AsyncClient) -> None:
    path = f"/phone_numbers/{data(await api.get('/phone_numbers'))[0]['id']}/voice"
    before = data(await api.get(path))
    change = {"call_forwarding": {"forwards_to": "+12025550150"}, "usage_payment_method": "channel"}
    after = data(await api.patch(path, json=change))
    forwarding = {**before["call_forwarding"], "forwards_to": "+12025550150"}
    assert after == {**before, "call_forwarding": forwarding, "usage_payment_method": "channel"}
    refused = await api.patch(path, json={"call_forwarding": {"forwards_to": "me"}})
    assert code(refused) == "10016"
    assert refused.json()["errors"][0]["source"] == {"pointer": "/call_forwarding/forwards_to"}
    assert code(await api.patch(path, json={"inbound_call_screening": "maybe"})) == "10032"


async def test_a_released_number_is_gone_and_for_sale_again(api: httpx2.AsyncClient) -> None:
    number_id = data(await api.get("/phone_numbers"))[0]["id"]
    assert data(await api.delete(f"/phone_numbers/{number_id}"))["status"] == "deleted"
    assert (await api.get(f"/phone_numbers/{number_id}")).status_code == 404
    assert SENDER in await search(api, national_destination_code="202")


async def test_numbers_are_filtered(api: httpx2.AsyncClient) -> None:
    bought = await search(api, national_destination_code="312", limit="2")
    data(await order(api, *bought))
    assert await listed(api, "filter[phone_number]=312555") == bought
    assert await listed(api, "filter[status]=active") == [SENDER]
    assert await listed(api, "filter[connection_id]=null") == bought
    assert await listed(api, "filter[voice.connection_name][contains]=voice") == [SENDER]
    assert await listed(api, "filter[country_iso_alpha2]=CA,MX") == []
    assert await listed(api, "filter[country_iso_alpha2][]=US&filter[country_iso_alpha2][]=CA&filter[tag]=a") == []
    assert code(await api.get("/phone_numbers?filter[connection_name]=a")) == "10031"


async def test_numbers_are_listed_newest_first_unless_sorted(api: httpx2.AsyncClient, clock: Clock) -> None:
    bought = await search(api, national_destination_code="312", limit="2")
    clock.advance(1)
    data(await order(api, *bought))
    assert (await listed(api))[-1] == SENDER
    assert await listed(api, "sort=phone_number") == [SENDER, *bought]
    assert code(await api.get("/phone_numbers?sort=colour")) == "10032"


async def listed(api: httpx2.AsyncClient, query: str = "") -> list[str]:
    return [str(row["phone_number"]) for row in data(await api.get(f"/phone_numbers?{query}"))]
