"""One process in a race of several: competes for each of 40 keys, counts, and appends. Prints what it won."""

import asyncio
import json
import secrets
import sys

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store

KEYS = [f"key{number}" for number in range(40)]
ROUNDS = 15
EVENTS = 60
LIMIT = 50


async def race(store: Store) -> dict[str, list[str]]:
    me = secrets.token_bytes(8)
    return {
        "added": [key for key in KEYS if await store.add("add", key, me)],
        "taken": [key for key in KEYS if await store.take("take", key) is not None],
        "swapped": [key for key in KEYS if await store.swap("swap", key, b"start", me)],
        "entered": [key for key in KEYS if await store.journal.append("race", "once", me, keep=1_000, once=key)],
        "allowed": [key for key in KEYS if (await store.counters.take("taken", "total", 1, LIMIT, 600)).allowed],
    }


async def count(store: Store) -> None:
    for _ in range(ROUNDS):
        async with store.locked("counter"):
            seen = int(await store.get("count", "total") or b"0")
            await store.put("count", "total", b"%d" % (seen + 1))
    for _ in KEYS:
        await store.counters.add("added", "total", 1, 600)


async def append(store: Store) -> None:
    me = secrets.token_hex(8)
    for number in range(EVENTS):
        await store.journal.append("race", "events", f"{me} {number}".encode(), keep=10_000)


async def main() -> None:
    store = open_store(Settings())
    await store.get("race", "warm")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    won = await race(store)
    await append(store)
    await count(store)
    await store.aclose()
    sys.stdout.write(json.dumps(won))


if __name__ == "__main__":
    asyncio.run(main())
