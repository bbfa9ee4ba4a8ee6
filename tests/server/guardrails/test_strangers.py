"""What strangers' texts name is known again, by every replica; what they do not name is not taken for it."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from telnyx_remote_mcp.guardrails.recipients import Recipient, addresses
from telnyx_remote_mcp.guardrails.strangers import KIND, Strangers
from telnyx_remote_mcp.guardrails.traces import Traces
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.journal import START
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

pytestmark = pytest.mark.anyio

VAULT = Vault(Secret(b"an example of a secret, known to everybody"))
AGENT = "key:agent"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with aclosing(open_store(Settings(data_dir=tmp_path))) as store:
        yield store


def recipient(address: str) -> Recipient:
    ((kind, value),) = addresses(address)
    return Recipient(kind, value, "to")


async def names(strangers: Strangers, address: str, principal: str = AGENT) -> bool:
    return bool(await strangers.named(principal, [recipient(address)]))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("write to ada@gmail.com", "bob@gmail.com"),
        ("we are at acme.com", "https://other.com/hook"),
        ("we are at acme.com", "sip:desk@example.com"),
        ("it costs 555, or 12 less, or 5551", "55512"),
        ("call me at 5 on the 12th, in 2026", "+12025550188"),
        ("+1 202 555 0189", "+12025550188"),
        ("my order 98120255501889 is late", "+13125550188"),
        ("two for you and three to go at one", "+12025550188"),
        ("https://example.com/a?b=evil", "https://evil.example/in"),
    ],
)
async def test_what_a_text_does_not_name_is_not_taken_for_it(store: Store, text: str, address: str) -> None:
    strangers = Strangers(store, VAULT)
    await strangers.note(AGENT, [text])
    assert not await names(strangers, address)


async def test_long_pages_of_digits_name_no_number_by_chance(store: Store) -> None:
    strangers = Strangers(store, VAULT)
    for page in range(20):
        await strangers.note(AGENT, [" ".join(f"{page * 1000 + line * 7919} and" for line in range(1000))])
    numbers = [f"+1312{4_000_000 + number * 7_907}" for number in range(300)]
    assert sum([await names(strangers, number) for number in numbers]) <= 3


async def test_hundreds_of_customers_with_numbers_of_one_town_name_no_other_by_chance(store: Store) -> None:
    strangers = Strangers(store, VAULT)
    for customer in range(400):
        number = 2_000_000 + customer * 19_997
        await strangers.note(
            AGENT, [f"Order {customer * 37 % 9973}: call 312 {number} at {customer % 12 + 1} pm, 2026-11-29"]
        )
    numbers = [f"+1312{2_000_000 + number * 20_011 + 7}" for number in range(300)]
    assert sum([await names(strangers, number) for number in numbers]) <= 3


async def test_every_replica_and_the_next_process_know_what_was_read(store: Store) -> None:
    first, second = Strangers(store, VAULT), Strangers(store, VAULT)
    await first.note(AGENT, ["text 202 555 0188", "or mail in@evil.example"], ["+12025550109"])
    for replica in (second, Strangers(store, VAULT)):
        assert await names(replica, "+12025550188")
        assert await names(replica, "in@evil.example")
        assert not await names(replica, "+12025550188", "key:other")
    await first.note(AGENT, ["ring 202 555 0109"])
    assert not await names(second, "+12025550109")


async def test_what_was_read_is_sealed_and_its_earlier_form_is_read(store: Store) -> None:
    sealed = VAULT.seal(json.dumps(["2025550188", ["evil.example"]]).encode(), f"{KIND}/{AGENT}")
    await store.journal.append(KIND, AGENT, sealed, keep=10, ttl_secs=60)
    strangers = Strangers(store, VAULT)
    assert await names(strangers, "+12025550188")
    assert await names(strangers, "https://evil.example/in")
    await strangers.note(AGENT, ["text 202 555 0177"])
    entries = await store.journal.after(KIND, AGENT, START, 10)
    assert len(entries) == 2
    assert not any(b"0177" in entry for _, entry in entries)


def test_no_text_takes_long_to_look_through() -> None:
    hurting = [
        "a",
        " ",
        "-",
        "_",
        ".",
        "@",
        "a.",
        "a@",
        "00 ",
        "a a ",
        "one",
        "ein",
        "://",
        "[.",
        "\u200b",
        "\n ",
        "1-",
    ]
    began = time.process_time()
    for text in hurting:
        Traces.of([f"{(text * 20_000)[:20_000]}x", "a.b@c 202"])
    assert time.process_time() - began < 10  # what takes time with the square of the length takes hours
