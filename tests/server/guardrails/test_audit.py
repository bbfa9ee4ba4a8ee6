"""Every call is on record: before it leaves where it spends or destroys, and without what it said."""

import json
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from tests import contexts
from tests.tools.api.upstream import Upstream, answer
from tests.wires import MockWire

from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.audit.log import DIRECTORY, AuditLog, AuditUnavailable
from telnyx_remote_mcp.audit.reader import records, verify
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.client import Client
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.calls.question import Answer, AskFirst, Question
from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.guardrails import audit
from telnyx_remote_mcp.guardrails.audit import AuditRecorder, NotOnRecord, OnRecord, RefusalsOnRecord
from telnyx_remote_mcp.guardrails.entries import target_id, who
from telnyx_remote_mcp.guardrails.measured import GuardMeasured
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite.store import SqliteStore
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_remote_mcp.telemetry.meter import Meter
from telnyx_remote_mcp.web.linking.acts import merged
from telnyx_tools.api.call import MAX_RESPONSE_BYTES
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import ApiError, OutcomeUnknown, ResponseTooLarge, TelnyxError
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect

pytestmark = pytest.mark.anyio

TOOLS = registry().tools
KEY = b"k" * 32
PERSON = "+13125550123"
TEXT = {"to": PERSON, "from_number": "+13125550100", "text": "the words"}
SENT = {"data": {"id": "m1", "cost": {"amount": "0.004", "currency": "USD"}}}


class Telnyx:
    """An API that answers each request in the same way, and looks what is on record by then."""

    def __init__(self, directory: Path, status: int = 200, answer: object = SENT) -> None:
        self.directory, self.status, self.answer = directory, status, answer
        self.by_then: list[list[str]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.by_then.append([record["event"] for record in records(self.directory)])
        return httpx2.Response(self.status, json=self.answer)


async def made(telnyx: Telnyx, name: str, arguments: dict[str, Any], *steps: Any, **changes: Any) -> Result:
    recorder = AuditRecorder(AuditLog(telnyx.directory, lambda: KEY, keep_days=1), lambda: KEY, required=True)
    dispatch = contexts.dispatch(
        Api("https://api.telnyx.com/v2", wire=MockWire(telnyx)),
        [RefusalsOnRecord(recorder), *steps, OnRecord(recorder)],
    )
    return await dispatch(contexts.call(TOOLS[name], arguments, **changes))


async def test_what_spends_is_on_record_before_its_request_leaves_and_completed_after(tmp_path: Path) -> None:
    telnyx = Telnyx(tmp_path)
    result = await made(telnyx, "send_message", TEXT)
    assert telnyx.by_then == [["start"]]
    start, end = records(tmp_path)
    assert (end["event"], end["start"], end["outcome"], end["cost"]) == ("end", start["id"], "done", "0.004 USD")
    assert result.wire()["receipt"] == f"{end['id']} {end['hash'][:16]}"
    assert verify(tmp_path, [KEY]) == []


async def test_what_destroys_is_on_record_before_too_and_gives_no_receipt(tmp_path: Path) -> None:
    telnyx = Telnyx(tmp_path, answer={"data": {"id": "p1"}})
    result = await made(telnyx, "delete_messaging_profile", {"messaging_profile_id": "p1"})
    assert telnyx.by_then == [["start"]]
    assert [record.get("ids") for record in records(tmp_path)] == [{"messaging_profile_id": "p1"}, None]
    assert "receipt" not in result.wire()


class Disk(AuditLog):
    """A log on a disk that may lose what it was given."""

    fails = True

    def sync(self) -> None:
        if self.fails:
            raise AuditUnavailable


async def test_nothing_more_is_spent_while_the_disk_does_not_keep_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SYNC_SECS", 0)
    log = Disk(tmp_path, lambda: KEY, keep_days=1)
    dispatch = contexts.dispatch(
        Api(wire=MockWire(Telnyx(tmp_path))), [OnRecord(AuditRecorder(log, lambda: KEY, required=True))]
    )

    async def spend() -> bool:
        await anyio.sleep(0.001)
        try:
            await dispatch(contexts.call(TOOLS["send_message"], TEXT))
        except NotOnRecord:
            return False
        return True

    with anyio.fail_after(10):
        while await spend():
            pass
        log.fails = False
        while not await spend():
            pass


async def test_everything_else_has_one_record(tmp_path: Path) -> None:
    telnyx = Telnyx(tmp_path, answer={"data": []})
    await made(telnyx, "list_messaging_profiles", {})
    assert telnyx.by_then == [[]]
    assert [(record["event"], record["outcome"]) for record in records(tmp_path)] == [("call", "done")]


async def test_a_record_says_who_what_and_on_whom_and_nothing_that_was_said(tmp_path: Path) -> None:
    await made(Telnyx(tmp_path), "send_message", TEXT)
    start = next(iter(records(tmp_path)))
    assert {name: start[name] for name in ("call", "lane", "client", "tool", "effect")} == {
        "call": "test",
        "lane": "api_key",
        "client": "tests 1",
        "tool": "send_message",
        "effect": "spends",
    }
    assert [(target["kind"], target["masked"]) for target in start["to"]] == [("phone", "+13…23")]
    written = json.dumps(list(records(tmp_path)))
    for kept_out in (PERSON, "the words", "+13125550100", contexts.TESTER.principal, "KEYtest"):
        assert kept_out not in written


AGENT = Client("2026-07-28", "Assistant", "4.2", agent="agent-7")
THROUGH_A_GRANT = Caller("key:test", Credential("KEYtest"), "oauth", grant_id="ab" * 16)


async def test_the_records_of_a_call_that_the_person_agreed_to_say_everything_that_a_record_is_to_say(
    tmp_path: Path,
) -> None:
    settings = Settings(data_dir=tmp_path, secret="s" * 32, audit="on")
    api = Api("https://api.telnyx.com/v2", wire=MockWire(Telnyx(tmp_path)))
    asks = Policy(effects={Effect.SPENDS: "ask"})
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        dispatch = contexts.dispatch(api, create_guards(settings, contexts.guarded(settings, api, store, asks)).steps)

        def call(**changes: Any) -> Call:
            return contexts.call(TOOLS["send_message"], TEXT, client=AGENT, caller=THROUGH_A_GRANT, **changes)

        with pytest.raises(AskFirst) as asked:
            await dispatch(call())
        answers = {asked.value.question.id: Answer("accept", {"answer": "Yes, once"})}
        await dispatch(call(answers=answers))
    kept_back, start, end = records(tmp_path / DIRECTORY)
    said = {
        "time": start["at"][:4].isdigit(),
        "principal, hashed": len(start["who"]) == 16 and "key:test" not in start["who"],
        "client and version": start["client"] == "Assistant 4.2",
        "grant": start["grant"] == "ab" * 16,
        "agent": start["agent"] == "agent-7",
        "tool and effect": (start["tool"], start["effect"]) == ("send_message", "spends"),
        "target, masked": start["to"][0]["masked"] == "+13…23",
        "target, for whoever knows it": start["to"][0]["id"] == target_id(PERSON, Secret(b"s" * 32).derive("audit")),
        "digest of the arguments": len(start["arguments"]) == 64,
        "rule": (start["asked"], kept_back["rule"], kept_back["why"]) == (["policy"], "approval_required", ["policy"]),
        "who approved": start["approved"] == "form",
        "outcome": end["outcome"] == "done",
        "cost": end["cost"] == "0.004 USD",
        "duration": end["ms"] >= 0,
        "request id": start["call"] == end["call"] == "test",
    }
    assert [name for name, told in said.items() if not told] == []


async def test_where_the_person_agreed_is_on_record(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret="s" * 32, audit="on", duplicate_window_secs=0)
    api = Api("https://api.telnyx.com/v2", wire=MockWire(Telnyx(tmp_path)))
    asks = Policy(effects={Effect.SPENDS: "ask"})
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        shared = contexts.guarded(settings, api, store, asks)
        dispatch, call = contexts.dispatch(api, create_guards(settings, shared).steps), _text()
        for decided in ({"by": "text"}, {"by": "word"}, {"extent": "hour"}):
            with pytest.raises(AskFirst):
                await dispatch(call)
            approval = await shared.approvals.find(shared.approvals.id_of(call))
            assert approval is not None
            await shared.approvals.decide(approval, "approved", **decided)
            await dispatch(call)
        await dispatch(call)
    started = [record["approved"] for record in records(tmp_path / DIRECTORY) if record["event"] == "start"]
    assert started == ["text", "word", "page", "hour"]


def _text() -> Call:
    return contexts.call(TOOLS["send_message"], TEXT)


@pytest.mark.parametrize("agent", ["+13125550123", "3125550123", "Ada Lovelace", "x" * 101, ""])
async def test_an_agent_that_is_named_by_something_else_than_an_id_is_not_named(tmp_path: Path, agent: str) -> None:
    await made(Telnyx(tmp_path), "send_message", TEXT, client=Client("2026-07-28", "Assistant", "4.2", agent=agent))
    assert "agent" not in next(iter(records(tmp_path)))


@pytest.mark.parametrize(("status", "outcome"), [(422, "failed"), (502, "unknown")])
async def test_an_outcome_that_is_unknown_is_told_from_a_failure(tmp_path: Path, status: int, outcome: str) -> None:
    with pytest.raises((ApiError, OutcomeUnknown)):
        await made(Telnyx(tmp_path, status, {"errors": [{"code": "10015"}]}), "send_message", TEXT)
    assert [record.get("outcome") for record in records(tmp_path)] == [None, outcome]


@pytest.mark.parametrize(
    ("name", "arguments", "outcomes"),
    [("send_message", TEXT, [None, "unknown"]), ("get_message", {"message_id": "m1"}, ["failed"])],
)
async def test_what_was_carried_out_with_an_answer_that_is_too_large_has_not_failed(
    tmp_path: Path, name: str, arguments: dict[str, Any], outcomes: list[str | None]
) -> None:
    steps = [OnRecord(AuditRecorder(AuditLog(tmp_path, lambda: KEY, keep_days=1), lambda: KEY, required=True))]
    async with Upstream(answer(200, bytes(MAX_RESPONSE_BYTES + 1))) as upstream, Api(upstream.base_url) as api:
        with pytest.raises(ResponseTooLarge):
            await contexts.dispatch(api, steps)(contexts.call(TOOLS[name], arguments))
    assert [record.get("outcome") for record in records(tmp_path)] == outcomes


async def test_a_call_that_is_cancelled_midway_has_an_unknown_outcome(tmp_path: Path) -> None:
    recorder = AuditRecorder(AuditLog(tmp_path, lambda: KEY, keep_days=1), lambda: KEY, required=True)

    async def left(call: Call) -> Result:
        scope.cancel()
        await anyio.sleep_forever()
        return Result()

    with anyio.CancelScope() as scope:
        await OnRecord(recorder)(contexts.call(TOOLS["send_message"], TEXT), left)
    assert [record.get("outcome") for record in records(tmp_path)] == [None, "unknown"]


@pytest.mark.parametrize("error", [TelnyxError(), AskFirst(Question("May I?", {}))])
async def test_what_a_guard_keeps_back_is_on_record_with_its_rule(tmp_path: Path, error: TelnyxError) -> None:
    class Guard:
        async def __call__(self, call: Call, proceed: Next) -> Result:
            raise error

    telnyx = Telnyx(tmp_path)
    with pytest.raises(TelnyxError):
        await made(telnyx, "send_message", TEXT, Guard())
    assert telnyx.by_then == []
    assert [(record["event"], record["rule"]) for record in records(tmp_path)] == [
        ("refused", error.describe()["code"])
    ]


async def test_a_call_inside_a_generic_tool_is_recorded_once_and_says_so(tmp_path: Path) -> None:
    await made(Telnyx(tmp_path), "write_api_endpoint", {"endpoint": "send_message", "arguments": TEXT})
    start, _ = records(tmp_path)
    assert (start["tool"], start["via"]) == ("send_message", "write_api_endpoint")


async def test_a_log_that_cannot_be_written_leaves_only_reads(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("")
    telnyx = Telnyx(tmp_path / "log", answer={"data": []})
    telnyx.directory = tmp_path / "log"
    for name, arguments in (
        ("send_message", TEXT),
        ("create_messaging_profile", {"name": "x", "whitelisted_destinations": ["US"]}),
        ("delete_messaging_profile", {"messaging_profile_id": "p1"}),
    ):
        with pytest.raises(NotOnRecord):
            await made(telnyx, name, arguments)
    assert telnyx.by_then == []
    await made(telnyx, "list_messaging_profiles", {})
    assert len(telnyx.by_then) == 1


async def test_a_log_that_cannot_be_written_is_counted_as_its_alert_asks(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("")
    counted: list[str] = []

    class Counts(Meter):
        def guard(self, name: str, decision: str, secs: float) -> None:
            counted.append(f'guard="{name}",decision="{decision}"')

    step = OnRecord(AuditRecorder(AuditLog(tmp_path / "log", lambda: KEY, keep_days=1), lambda: KEY, required=True))
    dispatch = contexts.dispatch(Api(wire=MockWire(Telnyx(tmp_path))), [GuardMeasured(step, Counts())])
    with pytest.raises(NotOnRecord):
        await dispatch(_text())
    alerts = (Path(__file__).parents[3] / "deploy/prometheus/alerts.yaml").read_text()
    assert f"telnyx_mcp_guard_decisions_total{{{counted[0]}}}" in alerts


@pytest.mark.parametrize("audit", ["off", None])
async def test_calls_go_on_without_a_record_where_none_is_asked_for(tmp_path: Path, audit: Any) -> None:
    (tmp_path / DIRECTORY).write_text("")  # nothing can be made below it
    settings = Settings(data_dir=tmp_path, audit=audit, secret="s" * 32)
    api = Api("https://api.telnyx.com/v2", wire=MockWire(Telnyx(tmp_path)))
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        dispatch = contexts.dispatch(api, create_guards(settings, contexts.guarded(settings, api, store)).steps)
        assert "receipt" not in (await dispatch(contexts.call(TOOLS["send_message"], TEXT))).wire()


@pytest.mark.parametrize("audit", ["off", None])
async def test_the_owner_sees_what_was_done_where_no_log_is_kept_too(tmp_path: Path, audit: Any) -> None:
    (tmp_path / DIRECTORY).write_text("")
    secret = Secret(b"s" * 32)
    settings = Settings(data_dir=tmp_path, audit=audit, secret="s" * 32)
    api = Api("https://api.telnyx.com/v2", wire=MockWire(Telnyx(tmp_path)))
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        activity = Activity(store, lambda: secret, keep_days=1)
        shared = replace(contexts.guarded(settings, api, store), activity=activity)
        dispatch = contexts.dispatch(api, create_guards(settings, shared).steps)
        result = await dispatch(contexts.call(TOOLS["send_message"], TEXT))
        await dispatch(contexts.call(TOOLS["list_messaging_profiles"], {}))
        await activity.aclose()
        kept = (await activity.recent([who(contexts.TESTER.principal, secret.derive("audit"))])).records
    assert "receipt" not in result.wire()
    (start,) = merged(kept)
    assert (start["tool"], start["outcome"], start["to"]) == ("send_message", "done", [{"masked": "+13…23"}])


async def test_records_on_standard_error_are_a_chain_of_lines_and_what_spends_has_its_receipt(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path, audit="stderr", secret="s" * 32)
    api = Api("https://api.telnyx.com/v2", wire=MockWire(Telnyx(tmp_path)))
    async with aclosing(SqliteStore(tmp_path / "state.db")) as store:
        dispatch = contexts.dispatch(api, create_guards(settings, contexts.guarded(settings, api, store)).steps)
        result = await dispatch(contexts.call(TOOLS["send_message"], TEXT))
    lines = [line for line in capfd.readouterr().err.splitlines(keepends=True) if line.startswith('{"audit":')]
    name = json.loads(lines[0])["audit"]
    collected = tmp_path / DIRECTORY
    collected.mkdir()
    (collected / f"{name}.jsonl").write_text("".join(lines))
    start, end = records(collected)
    assert (start["event"], end["start"], end["outcome"]) == ("start", start["id"], "done")
    assert result.wire()["receipt"] == f"{end['id']} {end['hash'][:16]}"
    assert verify(collected, [Secret(b"s" * 32).derive("audit")]) == []
