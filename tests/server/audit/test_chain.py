"""Whatever happens to the audit log afterwards is found."""

import json
import os
import time
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import pytest

from telnyx_remote_mcp.audit.log import CHAIN, HEADS, AuditLog, AuditUnavailable
from telnyx_remote_mcp.audit.reader import faults, records, verify

KEY, OLDER = b"k" * 32, b"o" * 32
DAY = 86_400


def written(directory: Path, *, key: bytes = KEY, clock: Callable[[], float] = lambda: 0.0, days: int = 90) -> AuditLog:
    log = AuditLog(directory, lambda: key, keep_days=days, clock=clock)
    for tool in ("get_balance", "send_message", "send_message"):
        log.append({"event": "call", "tool": tool})
    log.sync()
    return log


def files(directory: Path) -> tuple[Path, Path]:
    (records_file,) = directory.glob("*.jsonl")
    return records_file, directory / HEADS / records_file.stem


def contents(directory: Path) -> tuple[str, list[bytes]]:
    """The name of the one file, its bytes and those of its head."""
    found = files(directory)
    return found[0].stem, [file.read_bytes() for file in found]


def whole(name: str, pair: Sequence[bytes]) -> bool:
    return not faults(name, pair[0], pair[1], [KEY])


def test_a_log_that_nobody_touched_is_whole_whoever_wrote_it(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path)
    assert verify(tmp_path, [KEY]) == []
    assert sorted(record["n"] for record in records(tmp_path)) == [1, 1, 2, 2, 3, 3]


def test_records_come_as_they_were_written_though_the_clock_was_set_back_meanwhile(tmp_path: Path) -> None:
    times = iter((100.0, 50.0, 120.0))
    now = 60.0
    logs = {name: AuditLog(tmp_path, lambda: KEY, keep_days=90, clock=lambda: now) for name in ("one", "other")}
    logs["other"].append({"tool": "other"})
    for now in times:
        logs["one"].append({"tool": f"at {now:g}"})
    assert [record["tool"] for record in records(tmp_path)] == ["other", "at 100", "at 50", "at 120"]


def test_a_change_of_any_byte_is_found(tmp_path: Path) -> None:
    written(tmp_path)
    name, pair = contents(tmp_path)
    assert whole(name, pair)
    for which, original in enumerate(pair):
        for place, byte in enumerate(original):
            for other in {byte ^ 1, byte ^ 0x20, byte ^ 0xFF, 0x0A, 0x0D, 0x00} - {byte}:
                changed = [*pair]
                changed[which] = original[:place] + bytes([other]) + original[place + 1 :]
                assert not whole(name, changed), (which, place, other)


def test_a_byte_that_is_missing_or_one_too_many_is_found(tmp_path: Path) -> None:
    written(tmp_path)
    name, pair = contents(tmp_path)
    for which, original in enumerate(pair):
        for place in range(len(original) + 1):
            for other in (original[:place] + original[place + 1 :], original[:place] + b"\n" + original[place:]):
                changed = [*pair]
                changed[which] = other
                assert other == original or not whole(name, changed), (which, place)


def test_records_that_are_cut_off_left_out_moved_or_repeated_are_found(tmp_path: Path) -> None:
    written(tmp_path)
    name, (lines, head) = contents(tmp_path)
    kept = lines.splitlines(keepends=True)
    for length in range(6):
        for order in product(range(3), repeat=length):
            changed = b"".join(kept[index] for index in order)
            assert (changed == lines) == whole(name, [changed, head]), order


def test_a_record_that_was_made_up_or_comes_from_another_file_is_found(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / "other")
    name, (lines, head) = contents(tmp_path / "one")
    _, (others, _) = contents(tmp_path / "other")
    assert not whole(name, [others, head])
    assert not whole(name, [lines + others.splitlines(keepends=True)[-1], head])
    assert not whole(name, [lines + b'{"n":4,"tool":"x","hash":"%b"}\n' % (b"0" * 64), head])


def test_a_record_that_came_after_the_head_was_read_is_no_fault(tmp_path: Path) -> None:
    log = written(tmp_path)
    name, (_, head) = contents(tmp_path)
    log.append({"event": "call"})
    assert whole(name, [contents(tmp_path)[1][0], head])


def test_a_file_without_its_head_and_a_head_without_its_file_are_found(tmp_path: Path) -> None:
    for gone in (0, 1):
        directory = tmp_path / str(gone)
        written(directory)
        files(directory)[gone].unlink()
        assert len(verify(directory, [KEY])) == 1


def test_a_file_under_another_name_is_found(tmp_path: Path) -> None:
    written(tmp_path)
    for file in files(tmp_path):
        file.rename(file.with_stem("19700101-00000000"))
    assert len(verify(tmp_path, [KEY])) == 1


def test_a_clock_that_is_set_forward_by_years_deletes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = written(tmp_path, clock=lambda: time.time(), days=1)
    right = time.time
    monkeypatch.setattr("time.time", lambda: right() + 400 * DAY)
    log.append({"event": "call"})
    assert len([*tmp_path.glob("*.jsonl")]) == 2


def test_records_from_before_a_new_secret_are_verified_with_the_older_one(tmp_path: Path) -> None:
    written(tmp_path, key=OLDER)
    written(tmp_path)
    assert verify(tmp_path, [KEY, OLDER]) == []
    assert len(verify(tmp_path, [KEY])) == 1


def test_each_day_has_a_file_of_its_own_and_old_ones_go_when_one_is_begun(tmp_path: Path) -> None:
    now = [0.0]
    log = written(tmp_path, clock=lambda: now[0], days=1)
    now[0] = DAY
    log.append({"event": "call"})
    first, second = sorted(tmp_path.glob("*.jsonl"))
    assert [file.stem[:8] for file in (first, second)] == ["19700101", "19700102"]
    os.utime(first, (time.time() - 2 * DAY,) * 2)
    now[0] = 2 * DAY
    log.append({"event": "call"})
    assert [file.stem[:8] for file in sorted(tmp_path.glob("*.jsonl"))] == ["19700102", "19700103"]
    assert sorted(head.name for head in (tmp_path / HEADS).iterdir()) == sorted(
        f.stem for f in tmp_path.glob("*.jsonl")
    )
    assert verify(tmp_path, [KEY]) == []


def test_old_files_that_cannot_be_deleted_or_are_gone_already_hold_up_neither_records_nor_others(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    (old,) = tmp_path.glob("*.jsonl")
    (tmp_path / "00000000-gone.jsonl").symlink_to("deleted-by-another-process")
    (tmp_path / "00000000-stays.jsonl" / "full").mkdir(parents=True)
    for path in (old, tmp_path / "00000000-stays.jsonl"):
        os.utime(path, (time.time() - 2 * DAY,) * 2)
    log = AuditLog(tmp_path, lambda: KEY, keep_days=1)
    assert log.append({"event": "call"}).id.endswith("-1")
    assert not old.exists()


def test_a_clock_that_leaps_over_midnight_and_back_stops_nothing(tmp_path: Path) -> None:
    now = [0.0]
    log = written(tmp_path, clock=lambda: now[0])
    for now[0] in (DAY, 0.0, DAY):
        log.append({"event": "call"})
    assert verify(tmp_path, [KEY]) == []


def test_only_its_owner_reads_the_log(tmp_path: Path) -> None:
    written(tmp_path / "audit")
    for file in files(tmp_path / "audit"):
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_is_full_loses_the_record_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = written(tmp_path)
    with monkeypatch.context() as full:
        full.setattr("telnyx_remote_mcp.audit.log.os.write", _one_byte_short)
        with pytest.raises(AuditUnavailable):
            log.append({"event": "call"})
    assert log.append({"event": "call"}).id.endswith("-4")
    assert verify(tmp_path, [KEY]) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditUnavailable):
        AuditLog(tmp_path / "file", lambda: KEY, keep_days=1).append({"event": "call"})


def test_a_receipt_names_the_record_and_the_beginning_of_its_hash(tmp_path: Path) -> None:
    log = written(tmp_path)
    receipt = log.append({"event": "call"})
    last = json.loads(files(tmp_path)[0].read_bytes().splitlines()[-1])
    assert str(receipt) == f"{list(records(tmp_path))[-1]['id']} {last['hash'][:16]}"


def _collected(printed: str) -> tuple[str, list[bytes]]:
    """The name of the chain that was printed, and its lines."""
    lines = printed.encode().splitlines(keepends=True)
    return str(json.loads(lines[0])[CHAIN]), lines


def test_lines_on_standard_error_say_which_chain_they_are_of_and_every_change_is_found(
    capfd: pytest.CaptureFixture[str],
) -> None:
    log = AuditLog(None, lambda: KEY, keep_days=1)
    for tool in ("get_balance", "send_message", "send_message"):
        log.append({"event": "call", "tool": tool})
    name, lines = _collected(capfd.readouterr().err)
    assert faults(name, b"".join(lines), None, [KEY]) == []
    for order in ([1, 2], [0, 2], [1, 0, 2], [0, 1, 1]):
        assert faults(name, b"".join(lines[index] for index in order), None, [KEY]) != []
    assert faults(name, b"".join(lines).replace(b"get_balance", b"get_balances"), None, [KEY]) != []
    assert faults("19700101-00000000", b"".join(lines), None, [KEY]) != []


def test_a_line_that_nobody_takes_is_not_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        log = AuditLog(None, lambda: KEY, keep_days=1)
        assert log.append({"event": "call"}).id.endswith("-1")
        os.close(read)
        with pytest.raises(AuditUnavailable):
            log.append({"event": "call"})


def _one_byte_short(file: int, content: bytes) -> int:
    return len(content) - 1
