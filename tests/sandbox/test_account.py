"""The parts that tell what the account used and owes, and those that cost a little each time."""

import httpx2
import pytest
from telnyx import AsyncTelnyx
from tests.sandbox.answers import RECIPIENT, SENDER, balance, code, data, send

from telnyx_sandbox.clock import Clock

DAY = 86_400
REPORT = {"product": "messaging", "dimensions": "country_iso", "metrics": "cost,count"}


@pytest.fixture
def telnyx(base_url: str) -> AsyncTelnyx:
    return AsyncTelnyx(api_key="KEY_sandbox_first", base_url=base_url, max_retries=0, _strict_response_validation=True)


async def test_every_answer_has_the_shape_of_the_official_types(telnyx: AsyncTelnyx) -> None:
    async with telnyx:
        group = (await telnyx.billing_groups.create(name="Support")).data
        assert group is not None
        assert [each.name for each in (await telnyx.billing_groups.list()).data] == ["Support"]
        assert (await telnyx.billing_groups.update(group.id or "", name="Sales")).data
        assert (await telnyx.billing_groups.delete(group.id or "")).data
        invoice = (await telnyx.invoices.list()).data[0]
        linked = (await telnyx.invoices.retrieve(invoice.invoice_id or "", action="link")).data
        assert linked is not None
        assert linked.download_url
        lookup = (await telnyx.number_lookup.retrieve(RECIPIENT, type="caller-identity")).data
        assert lookup is not None
        assert lookup.caller_identity is not None
        assert (await telnyx.reputation.numbers.list()).data[0].phone_number == SENDER
        assert (await telnyx.reputation.numbers.retrieve(SENDER)).data
        assert (await telnyx.usage_reports.get_options(product="messaging")).data
        assert (await telnyx.usage_reports.list(product="messaging", dimensions=["date"], metrics=["cost"])).data == []


async def test_verification_has_the_shape_of_the_official_types(telnyx: AsyncTelnyx) -> None:
    async with telnyx:
        profile = (await telnyx.verify_profiles.create(name="Shop", sms={"code_length": 4})).data
        assert profile is not None
        profile_id = profile.id or ""
        assert (await telnyx.verify_profiles.update(profile_id, daily_spend_limit=5)).data
        assert (await telnyx.verify_profiles.retrieve(profile_id)).data
        assert (await telnyx.verify_profiles.retrieve_templates()).data
        started = (await telnyx.verifications.trigger_sms(phone_number=RECIPIENT, verify_profile_id=profile_id)).data
        checked = await telnyx.verifications.actions.verify(started.id or "", code=RECIPIENT[-4:])
        assert checked.data.response_code == "accepted"
        assert (await telnyx.verifications.retrieve(started.id or "")).data.status == "accepted"
        assert (await telnyx.verifications.by_phone_number.list(RECIPIENT)).meta.total_results == 1
        (record,) = (await telnyx.detail_records.list(filter={"record_type": "verify"})).data
        assert record.record_type == "verify"
        assert (await telnyx.verify_profiles.delete(profile_id)).data


async def test_a_report_adds_up_what_was_done_in_its_days(api: httpx2.AsyncClient, clock: Clock) -> None:
    await send(api)
    clock.advance(2 * DAY)
    await send(api)
    await send(api, to="+14165550123")
    rows = data(await api.get("/usage_reports", params=REPORT))
    assert {row["country_iso"]: (row["cost"], row["count"]) for row in rows} == {"US": (0.014, 2), "CA": (0.007, 1)}
    days = {"start_date": "2026-09-21T00:00:00Z", "end_date": "2026-09-22T00:00:00Z"}
    assert [row["count"] for row in data(await api.get("/usage_reports", params={**REPORT, **days}))] == [1]
    assert len(data(await api.get("/usage_reports", params={**REPORT, "date_range": "today"}))) == 2


async def test_a_message_that_waits_is_no_usage_yet(api: httpx2.AsyncClient, clock: Clock) -> None:
    await send(api, send_at="2026-09-22T15:00:00Z")
    assert data(await api.get("/usage_reports", params=REPORT)) == []
    clock.advance(2 * DAY)
    assert len(data(await api.get("/usage_reports", params=REPORT))) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"product": "pigeons"}, "10003"),
        ({"metrics": "feathers"}, "10003"),
        ({"dimensions": "cost"}, "10003"),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-03-01T00:00:00Z"}, "10033"),
        ({"start_date": "soon", "end_date": "2026-03-01T00:00:00Z"}, "10015"),
        ({"date_range": "last_decade"}, "10032"),
    ],
)
async def test_a_report_that_cannot_be_made_is_refused(
    api: httpx2.AsyncClient, query: dict[str, str], expected: str
) -> None:
    assert code(await api.get("/usage_reports", params={**REPORT, **query})) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"phone_number": "2025550123"}, "10016"),
        ({"verify_profile_id": "none"}, "10017"),
        ({"phone_number": ""}, "10004"),
    ],
)
async def test_a_verification_that_cannot_be_started_costs_nothing(
    api: httpx2.AsyncClient, fields: dict[str, str], expected: str
) -> None:
    profile_id = data(await api.get("/verify_profiles"))[0]["id"]
    body = {"phone_number": RECIPIENT, "verify_profile_id": profile_id, **fields}
    assert code(await api.post("/verifications/sms", json=body)) == expected
    assert await balance(api) == "100.00"


@pytest.mark.parametrize(("last", "kind"), [("1", "mobile"), ("6", "fixed line"), ("9", "voip")])
async def test_a_number_always_has_the_same_carrier(api: httpx2.AsyncClient, last: str, kind: str) -> None:
    for _ in range(2):
        found = data(await api.get(f"/number_lookup/+1202555010{last}", params={"type": "carrier"}))
        assert found["carrier"]["type"] == kind


async def test_invoices_are_of_the_months_before(api: httpx2.AsyncClient) -> None:
    starts = [invoice["period_start"] for invoice in data(await api.get("/invoices"))]
    assert starts == ["2026-06-01", "2026-07-01", "2026-08-01"]
    latest = data(await api.get("/invoices", params={"sort": "-period_start"}))[0]
    assert (latest["period_start"], latest["period_end"]) == ("2026-08-01", "2026-08-31")
    assert (await api.get("/invoices/none")).status_code == 404


async def test_spend_limits_by_product_are_set_changed_and_lifted(api: httpx2.AsyncClient) -> None:
    def shown(answer: httpx2.Response) -> tuple[object, object]:
        return data(answer)["effective_limit_usd"], data(answer)["limit"] is None

    made = await api.post("/spend_limits", json={"product": "messaging", "amount": 20, "period": "daily"})
    assert shown(made) == ("20.00", False)
    assert code(await api.post("/spend_limits", json={"product": "messaging", "amount": 5})) == "10027"
    assert shown(await api.patch("/spend_limits/messaging", json={"amount": 5.5})) == ("5.50", False)
    assert shown(await api.patch("/spend_limits/messaging", json={"unlimited": True})) == (None, False)
    assert shown(await api.delete("/spend_limits/messaging")) == (None, True)
    assert [item["product"] for item in (await api.get("/spend_limits")).json()["data"]] == ["messaging", "voice"]
    assert code(await api.patch("/spend_limits/nothing", json={"amount": 1})) == "10005"
