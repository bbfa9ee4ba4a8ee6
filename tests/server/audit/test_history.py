"""The history of an account is all of its records and nobody else's, the newest first, whoever wrote them."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telnyx_remote_mcp.audit import history
from telnyx_remote_mcp.audit.history import History, ScanLimit
from telnyx_remote_mcp.audit.log import AuditLog

DAY = 86_400
START = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
END = "2026-11-09T00:00:00.000Z"


def written(directory: Path, *, processes: int = 3, records: int = 400, seed: int = 7) -> None:
    """Four days of several processes, in which one of ten records is ours."""
    chance, now = random.Random(seed), [START]
    logs = [AuditLog(directory, lambda: b"k" * 32, keep_days=90, clock=lambda: now[0]) for _ in range(processes)]
    for number in range(records):
        now[0] += 4 * DAY / records
        whose = "ours" if chance.random() < 0.1 else "theirs"
        chance.choice(logs).append({"event": "call", "number": number, "who": whose, "padding": "x" * 40})


def numbers(directory: Path, before: str = END) -> list[int]:
    return [record["number"] for record in History(directory, {"ours"}).before(before)]


def test_it_has_every_record_of_the_account_newest_first_and_no_other(tmp_path: Path) -> None:
    written(tmp_path)
    found = list(History(tmp_path, {"ours"}).before(END))
    assert {record["who"] for record in found} == {"ours"}
    assert [record["number"] for record in found] == sorted((r["number"] for r in found), reverse=True)
    everybody = [record["number"] for record in History(tmp_path, {"ours", "theirs"}).before(END)]
    assert everybody == list(reversed(range(400)))


def test_it_begins_before_the_moment_that_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_BLOCK", 300)
    written(tmp_path)
    every = list(History(tmp_path, {"ours", "theirs"}).before(END))
    for record in every[::7]:
        earlier = [other["number"] for other in every if str(other["at"]) < str(record["at"])]
        found = [other["number"] for other in History(tmp_path, {"ours", "theirs"}).before(str(record["at"]))]
        assert found == earlier


@pytest.mark.parametrize("most", [0, 2_000, 20_000])
def test_looks_that_end_early_find_everything_together_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(history, "_BLOCK", 500)
    written(tmp_path)
    found, moment, looks = [], END, 0
    while moment:
        look = History(tmp_path, {"ours"}, ScanLimit(most))
        found += [record["number"] for record in look.before(moment)]
        assert look.limit.back_to < moment
        moment, looks = look.limit.back_to, looks + 1
    assert found == numbers(tmp_path)
    assert looks > 1


def test_what_was_changed_or_cut_off_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, processes=1, records=40)
    whole = numbers(tmp_path)
    file = max(tmp_path.glob("*.jsonl"))
    file.write_bytes(file.read_bytes() + b'{"who":"ours"\nnonsense "who":"ours"\n["who":"ours"]')
    (tmp_path / "20261101-00000000.jsonl").write_bytes(b"")
    assert numbers(tmp_path) == whole


def test_where_nothing_is_on_record_there_is_nothing(tmp_path: Path) -> None:
    assert numbers(tmp_path / "none") == []
