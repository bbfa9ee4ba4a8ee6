"""A price is known before where Telnyx tells it, or what the account paid the last time; else there is none."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from tests import contexts
from tests.tools.api.upstream import Upstream, answer

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.guardrails.call_rates import last_rate
from telnyx_remote_mcp.guardrails.prices import MOST_NUMBERS, Price, Prices
from telnyx_remote_mcp.guardrails.sms_parts import sms_parts
from telnyx_remote_mcp.store.sqlite.store import SqliteStore
from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.groups.messaging.segments import segment
from telnyx_sandbox.server import serving
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

KEY = "KEY_sandbox_prices"
CALLER = Caller("key:prices", Credential(KEY), "api_key")
OWN, OTHER, ABROAD = "+12025550101", "+12025550123", "+442079460001"
TEXT = {"from_number": OWN, "to": OTHER, "text": "hi"}


class Account:
    """An account in a sandbox, whose clock stands still until it is moved."""

    def __init__(self, url: str, clock: Clock, store: SqliteStore) -> None:
        self.api = Api(url, allow_custom_upstream=True)
        self.http = httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"})
        self.clock = clock
        self.prices = Prices(self.api, store)

    async def price(self, name: str, arguments: Mapping[str, object]) -> Price | None:
        tool = registry().find(name)
        action = tool or OperationAction(Catalog.load()[name])
        return await self.prices.of(contexts.call(action, arguments, caller=CALLER))

    async def words(self, name: str, arguments: Mapping[str, object]) -> str | None:
        return await self.prices.in_words(contexts.call(registry().tools[name], arguments, caller=CALLER))

    async def connection(self) -> str:
        """One over which the account calls."""
        return str((await self.http.get("/call_control_applications")).json()["data"][0]["id"])

    async def called(self, number: str, connection_id: str, outcome: str = "human") -> None:
        """Call somebody, and hang up, half a minute later."""
        callee = {"key": KEY, "number": number, "outcome": outcome}
        (await self.http.post("/../sandbox/callees", json=callee)).raise_for_status()
        body = {"connection_id": connection_id, "from": OWN, "to": number}
        placed = await self.http.post("/calls", json=body)
        placed.raise_for_status()
        self.clock.advance(30)
        await self.http.post(f"/calls/{placed.json()['data']['call_control_id']}/actions/hangup", json={})
        self.clock.advance(60)

    async def sent(self, **changes: object) -> None:
        body = {"from": OWN, "to": OTHER, "text": "hi", **changes}
        (await self.http.post("/messages", json=body)).raise_for_status()
        self.clock.advance(60)


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    clock = Clock(lambda: 1_790_000_000.0)
    async with AsyncExitStack() as until:
        url = await until.enter_async_context(serving(create_app(clock=clock)))
        store = await until.enter_async_context(aclosing(SqliteStore(tmp_path / "state.db")))
        account = Account(url, clock, store)
        await until.enter_async_context(account.api)
        await until.enter_async_context(account.http)
        yield account


async def test_numbers_cost_what_telnyx_offers_them_for(account: Account) -> None:
    one = await account.price("initiate_phone_number_order", {"phone_numbers": ["+12125550110"]})
    assert one is not None
    assert (one.amount, one.monthly, one.currency) == (Decimal(2), Decimal(1), "USD")
    assert str(one).startswith("2.00 USD, then 1.00 USD each month (")
    body = {"phone_numbers": [{"phone_number": number} for number in ("+12125550110", "+442079460010")]}
    both = await account.price("number_orders.create", {"body": body})
    assert both is not None
    assert (both.amount, both.monthly) == (Decimal("4.50"), Decimal("2.50"))


async def test_numbers_that_are_not_for_sale_or_too_many_have_no_price(account: Account) -> None:
    assert await account.price("initiate_phone_number_order", {"phone_numbers": ["+12125559999"]}) is None
    many = [f"+1212555{n:04}" for n in range(110, 111 + MOST_NUMBERS)]
    assert await account.price("initiate_phone_number_order", {"phone_numbers": many}) is None


async def test_a_text_costs_what_the_last_one_to_the_country_did_for_each_part(account: Account) -> None:
    assert await account.price("send_message", TEXT) is None
    await account.sent(text="x" * 200)
    alone = await account.price("send_message", TEXT)
    assert alone is not None
    assert (alone.amount, alone.monthly) == (Decimal("0.007"), Decimal(0))
    long = await account.price("messages.send", {"body": {"from": OWN, "to": OTHER, "text": "x" * 161}})
    assert long is not None
    assert long.amount == Decimal("0.014")
    assert await account.price("send_message", {**TEXT, "to": ABROAD}) is None
    assert await account.price("send_message", {**TEXT, "media_urls": ["https://example.com/a.png"]}) is None


async def test_a_group_costs_as_much_as_all_of_it(account: Account) -> None:
    await account.sent(media_urls=["https://example.com/a.png"])
    group = {"from_number": OWN, "to": [OTHER, "+12025550124"], "text": "hi"}
    price = await account.price("send_group_message", group)
    assert price is not None
    assert price.amount == Decimal("0.05")


async def test_of_a_call_there_is_no_price_but_an_estimate_by_the_last_one_to_the_country(account: Account) -> None:
    call = {"to": OTHER, "from_number": OWN, "connection_id": await account.connection()}
    assert await account.words("make_call", call) is None
    await account.called(OTHER, await account.connection())
    for number in (OTHER, "+12025550199"):
        words = await account.words("make_call", {**call, "to": number})
        assert words is not None
        assert words.startswith("not known before; an estimate: 0.007 USD a minute for the line, as the account's last")
        assert "call to US was billed" in words
    assert await account.price("make_call", call) is None
    for to in (ABROAD, "sip:desk@example.com"):
        assert await account.words("make_call", {**call, "to": to}) is None


async def test_a_call_that_nobody_answered_tells_nothing_of_the_price(account: Account) -> None:
    connection = await account.connection()
    await account.called(OTHER, connection, outcome="no_answer")
    call = {"to": OTHER, "from_number": OWN, "connection_id": connection}
    assert await account.words("make_call", call) is None


async def test_a_bundle_costs_what_telnyx_offers_it_for_each_month(account: Account) -> None:
    offered = (await account.http.get("/bundle_pricing/billing_bundles")).json()["data"][:2]
    items = [{"billing_bundle_id": each["id"], "quantity": 2} for each in offered]
    price = await account.price("bundle_pricing.user_bundles.create", {"body": {"items": items}})
    assert price is not None
    monthly = 2 * sum(Decimal(str(each["mrc_price"])) for each in offered)
    assert (price.amount, price.monthly, price.currency) == (monthly, monthly, offered[0]["currency"])
    items[0]["billing_bundle_id"] = "00000000-0000-4000-8000-00000000ffff"
    assert await account.price("bundle_pricing.user_bundles.create", {"body": {"items": items}}) is None


async def test_a_call_has_no_price_before_nor_has_what_telnyx_does_not_answer(account: Account) -> None:
    assert await account.price("make_call", {"to": OTHER, "from_number": OWN, "connection_id": "1"}) is None
    nobody = Caller("key:nobody", Credential("KEYnobody"), "api_key")
    order = contexts.call(
        registry().tools["initiate_phone_number_order"], {"phone_numbers": ["+12125550110"]}, caller=nobody
    )
    assert await account.prices.of(order) is None


def test_parts_are_counted_as_the_sandbox_does() -> None:
    texts = ["", "x" * 160, "x" * 161, "x" * 306, "x" * 307, "[" * 80, "[" * 81, "x" * 152 + "€" * 5]
    texts += ["й" * 70, "й" * 71, "😀" * 35, "😀" * 36, "й" * 66 + "😀" * 3, "é`"]
    for text in texts:
        assert sms_parts(text) == segment(text).parts, text


async def test_a_rate_of_no_currency_is_no_rate() -> None:
    line = {"direction": "outbound", "billed_sec": 60, "cld": OTHER, "call_leg_id": "1", "rate": "0.01"}
    told = answer(200, {"data": [{**line, "rate_measured_in": "minutes"}]})
    async with Upstream(told, answer(200, {"data": []})) as upstream, Api(upstream.base_url) as api:
        assert await last_rate(api.bind(Credential(KEY), KEY), "US") is None
