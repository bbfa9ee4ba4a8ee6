"""The clock of a file: Unix seconds that go on evenly, though the clock of the machine is set meanwhile."""

import sqlite3
import time
from pathlib import Path
from typing import Final

from telnyx_remote_mcp.clock import Clock, since_boot

BELIEVED_SECS: Final = 86_400
"""A note that is farther than this from what the machine's clock says was made while that was not set yet."""
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_FORGET: Final = "DELETE FROM clock WHERE boot <> ?"
_NOTE: Final = """
INSERT INTO clock (boot, booted_at) VALUES (?, ?)
ON CONFLICT DO UPDATE SET booted_at = excluded.booted_at WHERE abs(clock.booted_at - excluded.booted_at) > ?
"""
_NOTED: Final = "SELECT booted_at FROM clock WHERE boot = ?"


def clock_of(file: sqlite3.Connection) -> Clock:
    """The clock of all processes that use the file: whoever opens it first after the machine booted notes when that
    was, and from there all of them count. Only Linux tells one boot from another; elsewhere it is the machine's clock.
    """
    try:
        boot = _BOOT.read_text()
    except OSError:
        return time.time
    file.execute(_FORGET, (boot,))
    file.execute(_NOTE, (boot, time.time() - since_boot(), BELIEVED_SECS))
    ((booted_at,),) = file.execute(_NOTED, (boot,))
    return lambda: booted_at + since_boot()
