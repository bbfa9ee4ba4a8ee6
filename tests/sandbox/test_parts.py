"""The parts that no request shows well: routing, accounts, dates, the seam for what is not simulated."""

import httpx2
import pytest
from tests.sandbox.conftest import client

from telnyx_sandbox.account import Accounts
from telnyx_sandbox.agenda import Agenda
from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.errors import SandboxError
from telnyx_sandbox.groups import GROUPS
from telnyx_sandbox.groups.inventory.blocks import BLOCKS, block_of
from telnyx_sandbox.groups.inventory.countries import country_of
from telnyx_sandbox.groups.reports.date_ranges import period
from telnyx_sandbox.reply import Reply
from telnyx_sandbox.request import Request
from telnyx_sandbox.routing import Router, Routes
from telnyx_sandbox.server import serving

WEDNESDAY_NOON = 1_790_164_800.0
DAY = 86_400
MIDNIGHT = WEDNESDAY_NOON - DAY / 2


def answer(request: Request) -> Reply:
    return Reply({})


def test_a_literal_segment_wins_over_a_value() -> None:
    routes = Routes()
    routes.get("/numbers/{id}")(answer)
    routes.get("/numbers/slim")(answer)
    router = Router([routes])
    assert router.find("/numbers/slim")[0]["GET"].template == "/numbers/slim"
    assert router.find("/numbers/a%2Fb")[1] == ["a/b"]
    assert router.find("/numbers/a/b") == ({}, [])


def test_what_follows_a_value_in_its_segment_belongs_to_the_template() -> None:
    routes = Routes()
    routes.get("/recordings/{id}.json")(answer)
    operations, values = Router([routes]).find("/recordings/one.json")
    assert operations["GET"].ids(values) == {"id": "one"}
    assert operations["GET"].ids(["one.xml"]) is None


def test_what_is_planned_happens_in_order_of_time_and_not_before_it() -> None:
    agenda, happened = Agenda(), list[float]()
    for moment in (3.0, 1.0, 9.0):
        agenda.plan(moment, happened.append)
    agenda.plan(1.5, lambda moment: agenda.plan(moment + 0.5, happened.append))
    agenda.run(8.0)
    assert happened == [1.0, 2.0, 3.0]
    agenda.run(9.0)
    assert happened == [1.0, 2.0, 3.0, 9.0]


def test_an_operation_has_one_handler() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        Router([*GROUPS, *GROUPS])


async def test_what_is_not_simulated_gets_an_answer_that_fits_and_is_always_the_same() -> None:
    async with serving(create_app()) as url, client(url, "KEY_sandbox_first") as api:
        listed = (await api.get("/faxes?page[size]=3")).json()
        assert [sorted(fax) for fax in listed["data"]] == [sorted(listed["data"][0])] * 3
        assert listed == (await api.get("/faxes?page[size]=3")).json()
        assert (await api.get("/faxes?page[sise]=3")).json()["errors"][0]["code"] == "10015"
        assert (await api.delete("/balance")).status_code == 405


def test_the_account_unused_for_longest_makes_room() -> None:
    accounts = Accounts(Clock(), (), limit=2)
    first, second = accounts.get("KEY_sandbox_1"), accounts.get("KEY_sandbox_2")
    assert accounts.get("KEY_sandbox_1") is first
    accounts.get("KEY_sandbox_3")
    assert accounts.get("KEY_sandbox_1") is first
    assert accounts.get("KEY_sandbox_2") is not second


def test_an_endless_key_is_no_key() -> None:
    with pytest.raises(SandboxError):
        Accounts(Clock(), ()).get("KEY_sandbox" + "x" * 200)


async def test_the_switches_answer_this_machine_only() -> None:
    transport = httpx2.ASGITransport(app=create_app(), client=("203.0.113.9", 40_000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox.test") as stranger:
        for method, path in (("POST", "/faults"), ("DELETE", "/faults"), ("GET", "/requests"), ("POST", "/clock")):
            assert (await stranger.request(method, f"/sandbox{path}", json=[])).status_code == 403


@pytest.mark.parametrize(
    ("literal", "first_day", "last_day"),
    [
        ("yesterday", -1, 0),
        ("today", 0, 1),
        ("tomorrow", 1, 2),
        ("last_week", -9, -2),
        ("this_week", -2, 5),
        ("next_week", 5, 12),
        ("last_month", -53, -22),
        ("this_month", -22, 8),
        ("next_month", 8, 39),
    ],
)
def test_a_date_literal_is_a_period_of_whole_days(literal: str, first_day: int, last_day: int) -> None:
    assert period(literal, WEDNESDAY_NOON) == (MIDNIGHT + first_day * DAY, MIDNIGHT + last_day * DAY)


def test_the_last_days_reach_up_to_now() -> None:
    first, last = period("last_7_days", WEDNESDAY_NOON)
    assert first == MIDNIGHT - 7 * DAY
    assert first < WEDNESDAY_NOON < last


def test_every_number_for_sale_lies_in_its_country_and_in_one_block() -> None:
    numbers = [(number, block) for block in BLOCKS for number in block.numbers()]
    assert len({number for number, _ in numbers}) == len(numbers)
    for number, block in numbers:
        assert country_of(number) == block.country
        assert block_of(number) is block


def test_the_clock_runs_at_its_speed() -> None:
    readings = iter([100.0, 103.0])
    assert Clock(lambda: next(readings), speed=10).now() == 130.0
