"""A replay of the audit log says what the guards would have done, as far as a log without contents can tell."""

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from tests import contexts
from tests.server.guardrails.test_owner_rules import DELETION, OWN, Server
from tests.wires import MockWire

from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import records
from telnyx_remote_mcp.calls.question import AskFirst
from telnyx_remote_mcp.cli import main
from telnyx_remote_mcp.guardrails.policy_guard import Refused
from telnyx_remote_mcp.guardrails.replay import Outcome, Replay
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.surface.policy import Policy, Unusual
from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect

pytestmark = pytest.mark.anyio

SECRET = "s" * 32
QUIET = Unusual(
    tainted=False,
    after_reading=False,
    new_country=False,
    opted_out=False,
    price=False,
    unknown_price=False,
    recurring_price=False,
    recipients=False,
)
ALL_RUN = Policy(effects=dict.fromkeys(Effect, "run"))
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("get_messaging_profile", DELETION),
    ("update_messaging_profile", {**DELETION, "name": "b"}),
    ("delete_messaging_profile", DELETION),
    ("initiate_phone_number_order", {"phone_numbers": ["+12025550199"]}),
    *(("send_message", {"from_number": OWN, "to": f"+1202555012{last}", "text": "a"}) for last in range(5)),
    ("send_message", {"from_number": OWN, "to": "+12025550120", "text": "b"}),
]
POLICIES = [
    Policy(effects={"destroy": "refuse", "spends": "run"}),
    Policy(groups={"messaging": "read_only"}, unusual=QUIET),
    Policy(tools={"send_message": "ask"}, effects={"spends": "run"}),
    Policy(unusual=QUIET.model_copy(update={"recipients": 3})),
    Policy(unusual=QUIET.model_copy(update={"first_contact": True, "recurring_price": True})),
]


async def outcomes(policy: Policy, directory: Path) -> list[Outcome]:
    """What the guards do with each of the calls; whatever asks, gets no answer."""
    settings = Settings(data_dir=directory, secret=SECRET, audit="on", duplicate_window_secs=0)
    found: list[Outcome] = []
    async with aclosing(open_store(settings)) as store:
        api = Api(wire=MockWire(lambda request: server.answer(request)))
        server = Server(contexts.guarded(settings, api, store, policy), settings)
        for name, arguments in CALLS:
            try:
                await server.call(name, arguments)
                found.append("runs")
            except AskFirst:
                found.append("asks")
            except Refused:
                found.append("is refused")
    return found


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: str(policy.model_dump(exclude_defaults=True))[:40])
async def test_what_is_replayed_is_what_the_guards_would_have_done(policy: Policy, tmp_path: Path) -> None:
    assert set(await outcomes(ALL_RUN, tmp_path / "log")) == {"runs"}
    replay = Replay(policy, registry())
    replayed = []
    for record in records(tmp_path / "log" / DIRECTORY):
        for tool in replay.run([record]).values():
            replayed += [outcome for outcome, count in tool.calls.items() for _ in range(count)]
    real = await outcomes(policy, tmp_path / "real")
    if policy.unusual.first_contact:  # one that was asked about was never reached, so the guards ask again
        real[-1] = "runs"
    assert replayed == real


async def test_what_the_log_cannot_tell_is_said_to_be_open(tmp_path: Path) -> None:
    await outcomes(ALL_RUN, tmp_path)
    found = Replay(Policy(), registry()).run(records(tmp_path / DIRECTORY))
    assert str(found["send_message"]) == "5 may ask (tainted 5, after_reading 5, new_country 5), 1 run"
    assert str(found["delete_messaging_profile"]) == "1 would ask (effects.destroy = ask, by default 1)"


def record(event: str, arguments: str = "a", **members: object) -> dict[str, object]:
    return {"event": event, "who": "w", "tool": "delete_bucket", "arguments": arguments, "at": "2026-03-01", **members}


async def test_a_call_counts_once_however_often_it_was_asked_about_before_it_was_made() -> None:
    log = [
        *(record("refused"), record("refused"), record("start"), record("end")),
        *(record("refused", "b"), record("refused", "b"), record("answered", "c")),
        record("call", tool="of_a_later_version"),
    ]
    found = Replay(Policy(), registry()).run(log)
    assert found["delete_bucket"].calls.total() == 2
    assert "no such tool" in str(found["of_a_later_version"])


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    monkeypatch.setenv("TELNYX_MCP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TELNYX_MCP_SECRET", SECRET)
    (tmp_path / "policy.toml").write_text('[effects]\nspends = "refuse"\n')

    def command(*options: str) -> str:
        assert main(["policy", *options]) == 0
        return capsys.readouterr().out

    return command


async def test_the_command_says_it_tool_by_tool_and_what_it_cannot_replay(
    tmp_path: Path, run: Callable[..., str]
) -> None:
    await outcomes(ALL_RUN, tmp_path)
    out = run("replay", str(tmp_path / "policy.toml"))
    assert "send_message: 6 would be refused (effects.spends = refuse 6)\n" in out
    assert "10 calls: 7 would be refused, 2 run, 1 would ask" in out
    assert "these are not replayed:\n  tainted" in out
    assert "none on record" in run("replay", str(tmp_path / "policy.toml"), "--since", "2999-01-01")
    assert "spends: " in run("check", str(tmp_path / "policy.toml"))


def test_without_a_log_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.toml").write_text("")
    assert main(["policy", "replay", str(tmp_path / "policy.toml"), "--data-dir", str(tmp_path)]) == 1
    assert "no audit log" in capsys.readouterr().err
