"""What was stored of inboxes and events is read by every later version: `tests/fixtures/events/first.json`.

That file stays as it is. A changed form gets a file beside it.
"""

import json
from pathlib import Path

import pytest
from tests.server.events.inboxes import inbox

from telnyx_remote_mcp.events.inbox_events import KIND
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_tools.tool.event import Wanted

FIRST = json.loads((Path(__file__).parents[2] / "fixtures" / "events" / "first.json").read_text())
SECRET = "the secret of the stored events, for ever"


@pytest.mark.anyio
async def test_an_inbox_its_notes_and_its_events_are_read(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path))
    for entry in FIRST["entries"]:
        await store.put(entry["kind"], entry["key"], bytes.fromhex(entry["hex"]))
    for entry in FIRST["journal"]:
        await store.journal.append(KIND, entry["key"], bytes.fromhex(entry["hex"]), keep=10)
    services = EventServices(store, store, lambda: Secret(SECRET.encode()), "https://mcp.example.com")
    mine = inbox(services, FIRST["principal"])
    address = await services.addresses.find(FIRST["inbox_id"])
    assert address is not None
    assert (address.principal, address.public_keys) == (FIRST["principal"], (FIRST["public_key"],))
    assert await services.addresses.of(FIRST["principal"]) == FIRST["inbox_id"]
    assert await mine.recall("messaging_profile p1") == FIRST["note"]
    found = await mine.find(Wanted(), None, 10)
    assert [event.model_dump(exclude_none=True, by_alias=True) for event in found.events] == FIRST["events"]
    services.close()
    await store.aclose()
