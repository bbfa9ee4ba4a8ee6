"""What was stored of subscriptions and of owners' phones is read by every later version:
`tests/fixtures/events/subscriptions.json`.

    python -m tests.server.events.test_stored_subscriptions tests/fixtures/events/NEXT.json

writes an example in the form of today. What is there is never written again.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from telnyx_remote_mcp.events.owner_phone import OwnerPhones, Phone
from telnyx_remote_mcp.events.progress import Progress, ProgressBook
from telnyx_remote_mcp.events.subscriptions import Subscription, Subscriptions
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_tools.api.client import Api

SECRET, NOW = b"the secret of the stored examples", 1_790_000_000.0
FIXTURE = Path(__file__).parents[2] / "fixtures" / "events" / "subscriptions.json"
SUBSCRIPTION = Subscription(
    id="sub_0123456789abcdef0123456789abcdef",
    principal="key:0123456789abcdef0123456789abcdef",
    url="https://hooks.example.com/a",
    name="message.received",
    arguments={"number": "+13125550123"},
    secret="whsec_ZXhhbXBsZSBvZiBhIHNlY3JldCwgMzIgYnl0ZXMu",
    profile="sep",
    since="41",
    until=NOW + 86_400,
    api_key="KEY0123_example_of_a_key",
    before="whsec_ZXhhbXBsZSBvZiB0aGUgc2VjcmV0IGJlZm9yZS4u",
    before_until=NOW + 600,
    renewed_at=NOW,
)
PHONE = Phone("+13125550123", "+13125550100", "profile-1")
PROGRESS = Progress("41", "44", NOW, "http_5xx", NOW - 10, NOW - 60, 7, 2)


async def unused(_: str) -> None:
    return None


def phones(store: Store) -> OwnerPhones:
    return OwnerPhones(store, lambda: Secret(SECRET), Api(), unused, unused)


def parts(store: Store) -> tuple[Subscriptions, ProgressBook]:
    return Subscriptions(store, lambda: Secret(SECRET), clock=lambda: NOW), ProgressBook(store, lambda: Secret(SECRET))


async def write() -> str:
    with tempfile.TemporaryDirectory() as directory:
        store = SqliteStore(Path(directory) / "state.db")
        subscriptions, book = parts(store)
        await subscriptions.put(SUBSCRIPTION)
        await subscriptions.verified(SUBSCRIPTION.principal, SUBSCRIPTION.url)
        await book.put(SUBSCRIPTION, PROGRESS)
        await phones(store)._phones.put(SUBSCRIPTION.principal, PHONE, None)
        await store.aclose()
        connection = sqlite3.connect(Path(directory) / "state.db")
        rows = connection.execute("SELECT kind, key, value FROM entries ORDER BY kind").fetchall()
        connection.close()
    entries = [{"kind": kind, "key": key, "hex": value.hex()} for kind, key, value in rows]
    return json.dumps({"subscription": asdict(SUBSCRIPTION), "entries": entries}, indent=1) + "\n"


@pytest.mark.anyio
async def test_a_subscription_does_not_end_early_where_the_clock_is_set_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, right = SqliteStore(tmp_path / "state.db"), time.time
    subscriptions = Subscriptions(store, lambda: Secret(SECRET))
    await subscriptions.put(replace(SUBSCRIPTION, until=right() + 60))
    monkeypatch.setattr("time.time", lambda: right() + 600)
    assert len(await subscriptions.of(SUBSCRIPTION.principal)) == 1
    await store.aclose()


@pytest.mark.anyio
async def test_a_stored_subscription_and_its_progress_are_read_as_they_were(tmp_path: Path) -> None:
    first = json.loads(FIXTURE.read_text())
    store = SqliteStore(tmp_path / "state.db")
    for entry in first["entries"]:
        await store.put(entry["kind"], entry["key"], bytes.fromhex(entry["hex"]))
    subscriptions, book = parts(store)
    (found,) = await subscriptions.of(first["subscription"]["principal"])
    progress = await book.of(found)
    assert await subscriptions.is_verified(found.principal, found.url)
    assert await phones(store).of(found.principal) == PHONE
    await store.aclose()
    assert asdict(found) == first["subscription"]
    assert (progress.since, progress.cursor, progress.last_error, progress.attempts) == ("41", "44", "http_5xx", 7)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(asyncio.run(write()))
