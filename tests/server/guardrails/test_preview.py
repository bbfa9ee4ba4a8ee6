"""A preview shows the very request that a call would send, and sends nothing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.wires import MockWire

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.dispatch import Dispatch
from telnyx_remote_mcp.calls.info import Info
from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.guardrails.preview import NO_PRICE
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.sqlite.store import SqliteStore
from telnyx_remote_mcp.surface.selection import EVERYTHING
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.api.dry_run import UnmadeChange
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.files import Files
from telnyx_tools.registry import registry
from telnyx_tools.tool.context import Decision

pytestmark = pytest.mark.anyio

TOOLS = registry().tools
TEXT = {"to": "+13125550123", "from_number": "+13125550100", "text": "hello"}
BODY = {"to": "+13125550123", "from": "+13125550100", "text": "hello"}


class Telnyx:
    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.found: dict[str, object] = {"id": "1"}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return httpx2.Response(200, json={"data": [self.found] if request.method == "GET" else {"id": "1"}})

    @property
    def changes(self) -> list[str]:
        return [request.method for request in self.requests if request.method != "GET"]


@pytest.fixture
async def telnyx() -> Telnyx:
    return Telnyx()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "state.db")
    yield opened
    await opened.aclose()


def dispatch(store: SqliteStore, telnyx: Telnyx, tmp_path: Path, files: Files | None = None, **given: Any) -> Dispatch:
    settings = Settings(data_dir=tmp_path, secret="s" * 32, **given)
    api = Api("https://api.telnyx.com/v2", wire=MockWire(telnyx))
    shared = contexts.guarded(settings, api, store)
    return contexts.dispatch(api, create_guards(settings, shared).steps, files=files)


async def previewed(dispatch: Dispatch, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    call = contexts.call(TOOLS["preview_call"], {"tool": tool, "arguments": arguments})
    return (await dispatch(call)).wire()


@pytest.mark.parametrize(("name", "arguments"), [("send_message", TEXT), ("messages.send", {"body": BODY})])
async def test_a_preview_is_what_is_then_sent(
    store: SqliteStore, telnyx: Telnyx, tmp_path: Path, name: str, arguments: dict[str, Any]
) -> None:
    guarded = dispatch(store, telnyx, tmp_path)
    shown = await previewed(guarded, name, arguments)
    assert telnyx.changes == []
    assert (shown["effect"], shown["preview"]) == ("spends", "this was not done")
    given = {"arguments": arguments} if name in TOOLS else arguments
    await guarded(contexts.call(TOOLS["write_api_endpoint"], {"endpoint": name, **given}))
    (sent,) = (request for request in telnyx.requests if request.method != "GET")
    assert shown["request"] == {"method": sent.method, "url": str(sent.url), "body": json.loads(sent.content)}


async def test_it_says_what_the_guards_would_do(store: SqliteStore, telnyx: Telnyx, tmp_path: Path) -> None:
    guarded = dispatch(store, telnyx, tmp_path)
    assert "rules" not in await previewed(guarded, "send_message", TEXT)
    await guarded(contexts.call(TOOLS["send_message"], TEXT))
    (rule,) = (await previewed(guarded, "send_message", TEXT))["rules"]
    assert "would not be made again" in rule


async def test_it_says_the_price_or_that_it_is_not_known(store: SqliteStore, telnyx: Telnyx, tmp_path: Path) -> None:
    guarded = dispatch(store, telnyx, tmp_path)
    assert (await previewed(guarded, "send_message", TEXT))["price"] == NO_PRICE
    telnyx.found = {"cost": "0.014", "parts": 2, "currency": "USD"}
    assert (await previewed(guarded, "send_message", TEXT))["price"].startswith("0.007 USD (")
    assert "price" not in await previewed(guarded, "delete_messaging_profile", {"messaging_profile_id": "1"})


async def test_it_shows_no_secret(store: SqliteStore, telnyx: Telnyx, tmp_path: Path) -> None:
    secret = {"identifier": "example", "type": "bearer", "token": "hunter2hunter2"}
    shown = await previewed(dispatch(store, telnyx, tmp_path), "create_integration_secret", secret)
    assert shown["request"]["method"] == "POST"
    assert "hunter2" not in json.dumps(shown)
    assert "KEYtest" not in json.dumps(shown)


async def test_reads_on_the_way_are_made(store: SqliteStore, telnyx: Telnyx, tmp_path: Path) -> None:
    arguments = {"to": "+13125550123", "from_number": "+13125550100"}
    shown = await previewed(dispatch(store, telnyx, tmp_path), "make_call", arguments)
    assert shown["request"]["url"].endswith("/v2/calls")
    assert telnyx.changes == []
    assert telnyx.requests != []


async def test_no_file_is_written(store: SqliteStore, telnyx: Telnyx, tmp_path: Path) -> None:
    kept = tmp_path / "mine.txt"
    kept.write_text("precious")
    given = {"bucket_name": "videos", "object_name": "a", "file_path": str(kept), "overwrite": True}
    shown = await previewed(
        dispatch(store, telnyx, tmp_path, Files([str(tmp_path)])), "cloud_storage_download_file", given
    )
    assert (shown["here"], kept.read_text()) == (f"write the file {kept}", "precious")


async def test_nothing_is_agreed_to(store: SqliteStore, telnyx: Telnyx, tmp_path: Path) -> None:
    """The server that a tool is given says what would be done, and does not do it."""

    async def confirmed(call: Call, approval_id: str) -> Decision | None:
        raise AssertionError

    def unused(*_: object) -> Any:
        raise AssertionError

    settings = Settings(data_dir=tmp_path)
    call = contexts.call(TOOLS["confirm_approval"], {"approval_id": "x"}, preview=True)
    info = Info(settings, Surfaces(registry(), EVERYTHING), unused, unused, unused, confirmed, call)
    with pytest.raises(UnmadeChange):
        await info.confirm("x")


async def test_what_only_reads_has_none(store: SqliteStore, telnyx: Telnyx, tmp_path: Path) -> None:
    with pytest.raises(InvalidArguments):
        await previewed(dispatch(store, telnyx, tmp_path), "list_messaging_profiles", {})


async def test_a_preview_holds_no_twin_back(store: SqliteStore, telnyx: Telnyx, tmp_path: Path) -> None:
    guarded = dispatch(store, telnyx, tmp_path)
    await previewed(guarded, "send_message", TEXT)
    assert "duplicate_of" not in (await guarded(contexts.call(TOOLS["send_message"], TEXT))).wire()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("send_message", TEXT),
        ("delete_messaging_profile", {"messaging_profile_id": "1"}),
        ("write_api_endpoint", {"endpoint": "messages.send", "body": BODY}),
        ("write_api_endpoint", {"endpoint": "send_message", "arguments": TEXT}),
    ],
)
async def test_in_a_dry_run_nothing_is_sent_but_what_reads(
    store: SqliteStore, telnyx: Telnyx, tmp_path: Path, name: str, arguments: dict[str, Any]
) -> None:
    dry = dispatch(store, telnyx, tmp_path, dry_run=True)
    shown = (await dry(contexts.call(TOOLS[name], arguments))).wire()
    assert shown.get("data", shown)["preview"] == "this was not done"
    await dry(contexts.call(TOOLS["list_messaging_profiles"], {}))
    assert telnyx.changes == []
    assert telnyx.requests[-1].url.path == "/v2/messaging_profiles"
