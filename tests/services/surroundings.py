"""Fakes the clock and the addresses of host names for server processes, with libfaketime and nss_wrapper (in Debian:
`faketime` and `libnss-wrapper`)."""

from __future__ import annotations

from pathlib import Path

LIBRARIES = ("/usr/$LIB/faketime/libfaketime.so.1", "libnss_wrapper.so")
NAME = "api.telnyx.test"
NOTICED_SECS = 1.1
"""After this time all processes use a clock that was moved."""


class Surroundings:
    """The clock and the host names for processes that are started with its `variables`.

    Only the clock for dates is moved. Clocks for durations go on, as when somebody sets the clock of a machine.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._clock, self._names = directory / "clock", directory / "names"
        self.move_clock(0)
        self.know_names()

    @property
    def variables(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": ":".join(LIBRARIES),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_CACHE_DURATION": "1",
            "NO_FAKE_STAT": "1",
            "NSS_WRAPPER_HOSTS": str(self._names),
        }

    def move_clock(self, secs: int) -> None:
        """Set the clock this many seconds ahead of the right time."""
        self._write(self._clock, f"{secs:+d}")

    def know_names(self, known: bool = True) -> None:
        """Let Telnyx's name resolve to this machine, or not at all."""
        self._write(self._names, f"127.0.0.1 {NAME}\n" if known else "127.0.0.1 somebody.test\n")

    @staticmethod
    def tidy() -> None:
        """Delete the files that libfaketime leaves of killed processes."""
        for file in Path("/dev/shm").glob("*faketime_*"):
            if not Path("/proc", file.name.rpartition("_")[2]).exists():
                file.unlink(missing_ok=True)

    def _write(self, file: Path, text: str) -> None:
        """Write the file in one step, since processes read it meanwhile."""
        fresh = file.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(file)
