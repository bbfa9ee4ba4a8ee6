"""The account: usage and cost, detail records, invoices, billing groups, and the overview."""

import time
from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest
from tests.sandbox.answers import RECIPIENT, SENDER
from tests.tools.groups.sandboxed import answering, call
from tests.wires import Handler

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.groups.account.days import Days
from telnyx_tools.groups.account.sums import joined
from telnyx_tools.registry import registry

DAY = 86_400
MONDAY, THURSDAY = date(2026, 3, 2), date(2026, 3, 5)


@pytest.fixture
def clock() -> Clock:
    """Sixty days behind, so that a test can send messages in the past and then come to the present."""
    return Clock(lambda: time.time() - 60 * DAY)


async def send(telnyx: Telnyx, to: str = RECIPIENT) -> None:
    await call(telnyx, "send_message", to=to, from_number=SENDER, text="Hello")


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def problems(refused: pytest.ExceptionInfo[InvalidArguments]) -> dict[str, str]:
    return {problem.argument: problem.problem for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", THURSDAY, THURSDAY),
        ("yesterday", date(2026, 3, 4), date(2026, 3, 4)),
        ("this_week", MONDAY, THURSDAY),
        ("last_week", date(2026, 2, 23), date(2026, 3, 1)),
        ("this_month", date(2026, 3, 1), THURSDAY),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
        ("last_7_days", date(2026, 2, 27), THURSDAY),
        ("last_1_days", THURSDAY, THURSDAY),
    ],
)
def test_a_period_in_words_is_its_days(period: str, first: date, last: date) -> None:
    assert Days.named(period, THURSDAY) == Days(first, last)


def test_last_month_in_january_is_in_the_year_before() -> None:
    assert Days.named("last_month", date(2026, 1, 15)) == Days(date(2025, 12, 1), date(2025, 12, 31))


def test_pieces_cover_every_day_once() -> None:
    pieces = list(Days(date(2026, 1, 1), date(2026, 3, 5)).pieces(31))
    assert pieces == [
        Days(date(2026, 1, 1), date(2026, 1, 31)),
        Days(date(2026, 2, 1), date(2026, 3, 3)),
        Days(date(2026, 3, 4), date(2026, 3, 5)),
    ]


def test_rows_that_agree_become_one_and_the_costliest_comes_first() -> None:
    rows = [
        {"country_iso": "US", "cost": 0.1, "count": 1},
        {"country_iso": "CA", "cost": "0.5", "count": 2},
        {"country_iso": "US", "cost": 0.2, "count": None},
        {"country_iso": None, "cost": "unknown", "count": 4},
    ]
    assert joined(rows, ["country_iso"], ["cost", "count"]) == [
        {"country_iso": "CA", "cost": 0.5, "count": 2},
        {"country_iso": "US", "cost": 0.3, "count": 1},
        {"count": 4},
    ]


async def test_usage_of_last_month_has_what_was_spent_then(telnyx: Telnyx, clock: Clock) -> None:
    first_of_month = datetime.now(UTC).replace(day=1, hour=12, minute=0)
    clock.advance((first_of_month - timedelta(days=10)).timestamp() - clock.now())
    await send(telnyx)
    await send(telnyx)
    clock.advance(time.time() - clock.now())
    await send(telnyx)
    usage = await call(telnyx, "get_usage", product="messaging", period="last_month", metrics=["cost", "count"])
    assert usage["totals"] == usage["rows"] == [{"currency": "USD", "cost": 0.014, "count": 2}]
    this_month = await call(telnyx, "get_usage", product="messaging")
    assert this_month["totals"][0]["count"] == 1
    assert this_month["end_date"] == days_ago(0)


async def test_a_period_over_31_days_is_joined_from_several_reports(telnyx: Telnyx, clock: Clock) -> None:
    await send(telnyx)
    clock.advance(40 * DAY)
    await send(telnyx)
    await call(telnyx, "send_message", to="+14165550123", from_number=SENDER, text="Hello")
    clock.advance(20 * DAY)
    usage = await call(
        telnyx,
        "get_usage",
        product="messaging",
        start_date=days_ago(62),
        dimensions=["country_iso"],
        metrics=["cost", "count"],
    )
    assert usage["rows"] == [
        {"country_iso": "US", "currency": "USD", "cost": 0.014, "count": 2},
        {"country_iso": "CA", "currency": "USD", "cost": 0.007, "count": 1},
    ]
    assert usage["totals"] == [{"currency": "USD", "cost": 0.021, "count": 3}]
    cut = await call(
        telnyx, "get_usage", product="messaging", period="last_90_days", dimensions=["country_iso"], limit=1
    )
    assert (len(cut["rows"]), cut["rows_left_out"], cut["totals"][0]["count"]) == (1, 1, 3)


async def test_no_usage_is_no_rows(telnyx: Telnyx) -> None:
    usage = await call(telnyx, "get_usage", product="call-control", period="yesterday")
    assert (usage["rows"], usage["totals"]) == ([], [])


@pytest.mark.parametrize(
    ("arguments", "argument", "names"),
    [
        ({"product": "pigeons"}, "product", "messaging"),
        ({"product": "messaging", "metrics": ["feathers"]}, "metrics", "cost"),
        ({"product": "messaging", "dimensions": ["colour"]}, "dimensions", "country_iso"),
        ({"product": "messaging", "period": "last_month", "start_date": "2026-01-01"}, "period", "not both"),
        ({"product": "messaging", "end_date": "2026-01-01"}, "start_date", "first day"),
        ({"product": "messaging", "start_date": "2026-01-02", "end_date": "2026-01-01"}, "end_date", "before"),
        ({"product": "messaging", "start_date": "2024-01-01", "end_date": "2026-01-01"}, "start_date", "366 days"),
        ({"product": "messaging", "period": "last_999_days"}, "start_date", "366 days"),
        ({"product": "messaging", "period": "last_decade"}, "period", "last_week"),
    ],
)
async def test_a_usage_question_that_has_no_answer_names_what_would(
    telnyx: Telnyx, arguments: dict[str, object], argument: str, names: str
) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "get_usage", **arguments)
    assert names in problems(refused)[argument]


async def test_a_report_that_does_not_fit_one_page_is_refused_and_not_cut() -> None:
    option = {"product": "messaging", "product_dimensions": ["tags"], "product_metrics": ["cost"]}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/options"):
            return httpx2.Response(200, json={"data": [option]})
        return httpx2.Response(200, json={"data": [{"tags": "a", "cost": 1}], "meta": {"total_pages": "2"}})

    async with answering(answer) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "get_usage", product="messaging", period="today")
    assert "fewer dimensions" in problems(refused)["dimensions"]


async def test_a_product_without_currency_is_broken_down_by_its_first_dimension() -> None:
    option = {"product": "fax-api", "product_dimensions": ["direction", "date"], "product_metrics": ["cost"]}
    rows = [{"direction": "inbound", "cost": 1}, {"direction": "outbound", "cost": 0.5}]
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.params)
        return httpx2.Response(200, json={"data": [option] if request.url.path.endswith("/options") else rows})

    async with answering(answer) as telnyx:
        usage = await call(telnyx, "get_usage", product="fax-api", start_date="2026-01-01", end_date="2026-01-31")
    assert usage["totals"] == [{"cost": 1.5}]
    assert asked[-1]["dimensions"] == "direction"
    assert (asked[-1]["start_date"], asked[-1]["end_date"]) == ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")


@pytest.mark.parametrize(
    "answer", [{"data": None}, {"data": [None, {"product": "fax-api", "product_metrics": None}]}, []]
)
async def test_options_that_say_nothing_are_no_failure_of_the_server(answer: object) -> None:
    async with answering(lambda request: httpx2.Response(200, json=answer)) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "get_usage", product="messaging", period="today")
    assert "product" in problems(refused)


async def test_detail_records_are_found_by_type_field_and_period(telnyx: Telnyx, clock: Clock) -> None:
    await send(telnyx)
    await send(telnyx, "+15550040008")
    clock.advance(60)
    found = await call(
        telnyx, "search_detail_records", record_type="messaging", filters={"status": "failed"}, sort="-created_at"
    )
    (record,) = found["items"]
    assert (record["cld"], record["cost"], record["currency"]) == ("+15550040008", "0.007", "USD")
    clock.advance(60 * DAY)
    recent = await call(telnyx, "search_detail_records", record_type="messaging", period="last_7_days")
    assert recent["items"] == []
    old = await call(
        telnyx, "search_detail_records", record_type="messaging", start_date=days_ago(61), end_date=days_ago(59)
    )
    assert len(old["items"]) == 2


async def test_days_are_compared_with_the_field_that_the_type_has() -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(dict(request.url.params))
        return httpx2.Response(200, json={"data": [{"record_type": "conference", "id": None, "cost": 1}]})

    async with answering(answer) as telnyx:
        days = {"start_date": "2026-01-01", "end_date": "2026-01-31"}
        for record_type in ("call-control", "conference-participant", "fax"):
            await call(telnyx, "search_detail_records", record_type=record_type, **days)
    assert [asked[0]["filter[started_at][gte]"], asked[0]["filter[started_at][lt]"]] == ["2026-01-01", "2026-02-01"]
    assert "filter[joined_at][gte]" in asked[1]
    assert "filter[created_at][gte]" in asked[2]


@pytest.mark.parametrize("name", ["status][x", "Status"])
async def test_a_filter_is_the_name_of_a_field(telnyx: Telnyx, name: str) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "search_detail_records", record_type="messaging", filters={name: "1"})
    assert [problem.argument for problem in refused.value.problems] == [f"filters.{name}.[key]"]


async def test_a_billing_group_is_made_renamed_and_deleted(telnyx: Telnyx) -> None:
    made = await call(telnyx, "create_billing_group", name="Support")
    group = {"billing_group_id": made["id"]}
    assert (await call(telnyx, "update_billing_group", name="Sales", **group))["name"] == "Sales"
    assert [each["name"] for each in (await call(telnyx, "list_billing_groups"))["items"]] == ["Sales"]
    assert (await call(telnyx, "delete_billing_group", **group))["deleted_at"]
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "get_billing_group", **group)


async def test_an_invoice_comes_with_its_link(telnyx: Telnyx) -> None:
    latest, *older = (await call(telnyx, "list_invoices"))["items"]
    assert [invoice["period_start"] for invoice in older] == sorted(
        (invoice["period_start"] for invoice in older), reverse=True
    )
    invoice = await call(telnyx, "get_invoice", invoice_id=latest["invoice_id"])
    assert invoice["download_url"].startswith("https://")
    assert invoice["paid"] is True


async def test_the_overview_counts_what_there_is_and_names_no_gap_where_all_is_set_up(telnyx: Telnyx) -> None:
    overview = await call(telnyx, "get_account_overview")
    assert overview["balance"]["balance"] == "100.00"
    assert (overview["phone_numbers"], overview["messaging_profiles"]) == (1, 1)
    assert "not_read" not in overview


def account_of(**lists: list[object]) -> Handler:
    def answer(request: httpx2.Request) -> httpx2.Response:
        name = request.url.path.removeprefix("/v2/")
        if name == "balance":
            return httpx2.Response(200, json={"data": {"balance": "5.00", "currency": "USD"}})
        if name not in lists:
            return httpx2.Response(403, json={"errors": [{"code": "10010", "title": "Authorization failed"}]})
        return httpx2.Response(200, json={"data": lists[name]})

    return answer


@pytest.mark.parametrize(
    ("lists", "tools"),
    [
        (
            {"phone_numbers": [], "messaging_profiles": [], "connections": []},
            ["list_available_phone_numbers", "create_messaging_profile", "create_call_control_application"],
        ),
        (
            {"phone_numbers": [{"id": "1"}, {"id": "2"}], "messaging_profiles": [{}], "connections": [{}]},
            ["update_phone_number_messaging_settings", "update_phone_number"],
        ),
        (
            {"phone_numbers": [{"id": "1"}], "messaging_profiles": [], "connections": [{}]},
            ["create_messaging_profile", "update_phone_number"],
        ),
    ],
)
async def test_the_overview_names_what_is_missing_and_the_tool_for_it(
    lists: dict[str, list[object]], tools: list[str]
) -> None:
    async with answering(account_of(**lists)) as telnyx:
        overview = await call(telnyx, "get_account_overview")
    assert [gap["tool"] for gap in overview["not_set_up"]] == tools


async def test_what_cannot_be_read_is_named_and_the_rest_is_told() -> None:
    async with answering(account_of(phone_numbers=[], messaging_profiles=[{}])) as telnyx:
        overview = await call(telnyx, "get_account_overview")
    assert overview["not_read"] == {"connections": "Authorization failed (10010)"}
    assert (overview["balance"]["balance"], overview["messaging_profiles"]) == ("5.00", 1)
    assert [gap["tool"] for gap in overview["not_set_up"]] == ["list_available_phone_numbers"]


async def test_an_overview_of_which_nothing_could_be_read_is_an_error() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(401, json={"errors": [{"code": "10009", "title": "Authentication failed"}]})

    async with answering(refuse) as telnyx:
        with pytest.raises(ApiError, match="10009"):
            await call(telnyx, "get_account_overview")


def test_every_tool_that_the_overview_names_exists() -> None:
    named = {
        "list_available_phone_numbers",
        "create_messaging_profile",
        "update_phone_number_messaging_settings",
        "update_phone_number",
    }
    assert named <= registry().tools.keys()
