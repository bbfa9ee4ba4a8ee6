"""What processes are told of the world around them, so that it can be told wrongly: the time of the clock, and the
addresses of names. By libfaketime and nss_wrapper, which Debian has as `faketime` and `libnss-wrapper`."""

from __future__ import annotations

from pathlib import Path

LIBRARIES = ("/usr/$LIB/faketime/libfaketime.so.1", "libnss_wrapper.so")
NAME = "api.telnyx.test"
NOTICED_SECS = 1.1
"""After so long everybody goes by a clock that was moved."""


class Surroundings:
    """The clock and the names of the processes that are given its `variables`.

    Only the clock that tells the date is moved: what measures durations goes on, as when somebody sets the clock.
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
        """Set the clock so many seconds ahead of what is right."""
        self._write(self._clock, f"{secs:+d}")

    def know_names(self, known: bool = True) -> None:
        """Have Telnyx's name lead to this machine, or nowhere."""
        self._write(self._names, f"127.0.0.1 {NAME}\n" if known else "127.0.0.1 somebody.test\n")

    @staticmethod
    def tidy() -> None:
        """Delete what libfaketime leaves of processes that were killed."""
        for file in Path("/dev/shm").glob("*faketime_*"):
            if not Path("/proc", file.name.rpartition("_")[2]).exists():
                file.unlink(missing_ok=True)

    def _write(self, file: Path, text: str) -> None:
        """In one piece: it is read meanwhile."""
        fresh = file.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(file)
