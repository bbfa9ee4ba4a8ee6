"""What a log line holds, and what it leaves out."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from telnyx_remote_mcp.telemetry import logs

SECRET = "text of somebody's message"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def _fail() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise ValueError(SECRET) from error


def _log_a_failure(name: str) -> None:
    try:
        _fail()
    except ValueError:
        logging.getLogger(name).exception("It failed")


def test_a_line_is_json_with_the_named_arguments_of_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    logging.getLogger("telnyx_remote_mcp").info("Answered %(status)d", {"status": 200})
    written = capsys.readouterr().err
    line = json.loads(written)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "logger": "telnyx_remote_mcp", "message": "Answered 200", "status": 200}


def test_arguments_of_a_message_replace_nothing_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    logging.getLogger("library").warning("Got %s", {"level": "debug", ("a", 1): 2})
    line = json.loads(capsys.readouterr().err)
    assert line["level"] == "warning"
    assert line["('a', 1)"] == 2


def test_an_exception_is_told_by_kind_and_place_and_never_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    _log_a_failure("telnyx_remote_mcp")
    written = capsys.readouterr().err
    line = json.loads(written)
    assert "in _fail" in line["exception"]
    assert "ValueError" in line["exception"]
    assert "KeyError" in line["exception"]
    assert SECRET not in written


def test_a_terminal_gets_plain_lines_without_the_text_of_exceptions(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    logs.configure("info")
    _log_a_failure("telnyx_remote_mcp")
    written = capsys.readouterr().err
    assert "ERROR telnyx_remote_mcp: It failed\n" in written
    assert "ValueError" in written
    assert SECRET not in written


def test_a_line_at_a_terminal_names_its_trace_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    logs.configure("info")
    logger = logging.getLogger("telnyx_remote_mcp")
    logger.info("Before")
    current: str | None = None
    logs.add_trace_ids(lambda: current)
    logger.info("Outside")
    current = "0af7"
    _log_a_failure("telnyx_remote_mcp")
    logger.info("Of %(status)d", {"status": 200, "trace_id": "b7ad"})
    written = capsys.readouterr().err
    assert ": Before\n" in written
    assert ": Outside\n" in written
    assert ": It failed trace=0af7\n" in written
    assert ": Of 200 trace=b7ad\n" in written


@pytest.mark.parametrize("name", logs.QUIET)
def test_libraries_that_log_what_they_carry_are_quiet(capsys: pytest.CaptureFixture[str], name: str) -> None:
    logs.configure("debug")
    logging.getLogger(f"{name}.part").info(SECRET)
    assert capsys.readouterr().err == ""


def test_the_level_is_the_least_that_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("error")
    for name in ("telnyx_remote_mcp", *logs.QUIET):
        logging.getLogger(name).warning("Careful")
    assert capsys.readouterr().err == ""
