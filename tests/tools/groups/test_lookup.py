"""Looking numbers up: what is asked is what is paid for."""

import httpx2
import pytest
from tests.sandbox.answers import SENDER
from tests.tools.groups.sandboxed import answering, call

from telnyx_sandbox.clock import Clock
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry

NUMBER = "+12025550123"


@pytest.fixture
def clock() -> Clock:
    """The present, since usage is asked for by the day."""
    return Clock()


async def spent(telnyx: Telnyx) -> float:
    return round(100 - float((await call(telnyx, "get_balance"))["balance"]), 4)


async def test_a_number_is_looked_up_for_its_carrier(telnyx: Telnyx) -> None:
    found = await call(telnyx, "lookup_number", phone_number=NUMBER)
    assert found["carrier"] == {"name": "Sandbox Mobile", "type": "mobile"}
    assert (found["country_code"], found["valid_number"], found["portability"]["line_type"]) == ("US", True, "mobile")
    assert "caller_name" not in found
    assert await spent(telnyx) == 0.0045


async def test_several_types_come_back_as_one_answer(telnyx: Telnyx) -> None:
    kinds = ["carrier", "caller-name", "caller-identity", "carrier"]
    found = await call(telnyx, "lookup_number", phone_number=NUMBER, types=kinds)
    assert found["carrier"]["type"] == "mobile"
    assert found["caller_name"]["caller_name"] == "SANDBOX CALLER 0123"
    assert found["caller_identity"]["address"]["city"] == "Chicago"
    usage = await call(telnyx, "get_usage", product="number-lookup", period="today")
    assert usage["totals"] == [{"currency": "USD", "cost": await spent(telnyx), "count": 3}]


async def test_without_types_only_the_number_itself_is_paid_for(telnyx: Telnyx) -> None:
    found = await call(telnyx, "lookup_number", phone_number=NUMBER, types=[])
    assert "carrier" not in found
    assert found["national_format"] == "2025550123"
    assert await spent(telnyx) == 0.0015


async def test_a_type_that_fails_is_named_and_what_was_paid_for_is_given() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.params["type"] == "carrier":
            return httpx2.Response(200, json={"data": {"phone_number": NUMBER, "carrier": {"name": "A"}}})
        return httpx2.Response(422, json={"errors": [{"code": "10027", "title": "Unprocessable"}]})

    async with answering(answer) as telnyx:
        found = await call(telnyx, "lookup_number", phone_number=NUMBER, types=["caller-name", "carrier"])
    assert found["carrier"] == {"name": "A"}
    assert found["not_read"] == {"caller-name": "Unprocessable (10027)"}


async def test_a_number_of_which_nothing_is_found_is_an_error() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(422, json={"errors": [{"code": "10027", "title": "Unprocessable"}]})

    async with answering(answer) as telnyx:
        with pytest.raises(ApiError, match="10027"):
            await call(telnyx, "lookup_number", phone_number=NUMBER, types=["caller-name", "carrier"])


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [({"phone_number": "2025550123"}, "phone_number"), ({"phone_number": NUMBER, "types": ["shoe"]}, "types.0")],
)
async def test_a_lookup_that_cannot_be_is_refused_and_costs_nothing(
    telnyx: Telnyx, arguments: dict[str, object], wrong: str
) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, "lookup_number", **arguments)
    assert [problem.argument for problem in refused.value.problems] == [wrong]
    assert await spent(telnyx) == 0


async def test_the_reputation_that_is_stored_is_free_and_a_fresh_one_costs(telnyx: Telnyx) -> None:
    stored = await call(telnyx, "get_number_reputation", phone_number=SENDER)
    assert stored["reputation_data"]["spam_risk"] == "low"
    assert await spent(telnyx) == 0
    await call(telnyx, "get_number_reputation", phone_number=SENDER, fresh=True)
    assert await spent(telnyx) == 0.01


async def test_the_reputation_of_a_strangers_number_is_not_found(telnyx: Telnyx) -> None:
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "get_number_reputation", phone_number=NUMBER)


def test_a_lookup_says_before_it_runs_that_it_costs_money() -> None:
    tool = registry().tools["lookup_number"]
    assert tool.paid
    assert "Costs a fee" in tool.description
