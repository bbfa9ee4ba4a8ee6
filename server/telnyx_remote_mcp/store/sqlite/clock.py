"""The clock of a file: Unix seconds that increase steadily, even if the machine's clock is set meanwhile.

The file notes when the machine booted. Its time is that moment plus the seconds since the boot.
"""

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from telnyx_remote_mcp.clock import since_boot

BELIEVED_SECS: Final = 86_400
"""A noted boot time that differs by more than this from the machine's clock was noted before that clock was set."""
NOW: Final = "coalesce((SELECT booted_at FROM clock WHERE boot = :boot) + :since_boot, :by_machine)"
"""The file's time when a statement runs, as SQL: the same for all processes that use the file."""
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_FORGET: Final = "DELETE FROM clock WHERE boot <> ?"
_NOTED: Final = "SELECT booted_at FROM clock WHERE boot = ?"
_NOTE: Final = "REPLACE INTO clock (boot, booted_at) VALUES (?, ?)"
_MOVES: Final = (
    "UPDATE entries SET expires_at = expires_at + :by WHERE abs(expires_at - :old) < abs(expires_at - :new)",
    "UPDATE counters SET expires_at = expires_at + :by WHERE abs(expires_at - :old) < abs(expires_at - :new)",
    (
        "UPDATE journal SET expires_at = expires_at + :by, appended_at = appended_at + :by "
        "WHERE abs(appended_at - :old) < abs(appended_at - :new)"
    ),
)


def note_boot(file: sqlite3.Connection) -> str | None:
    """Note when the machine booted, unless another process did, and return the id of this boot.

    Only Linux has boot ids. Elsewhere this returns None, and the file goes by the machine's clock.

    A noted boot time that is wrong is replaced. Rows whose times are nearer to the time by the old note than to that by
    the new one were written under the old note: they are shifted along, so that nothing expires early.
    """
    try:
        boot = _BOOT.read_text()
    except OSError:
        return None
    up = since_boot()
    booted_at = time.time() - up
    file.execute("BEGIN IMMEDIATE")
    with file:
        file.execute(_FORGET, (boot,))
        found = file.execute(_NOTED, (boot,)).fetchone()
        noted: float = booted_at if found is None else found[0]
        if found is not None and abs(noted - booted_at) <= BELIEVED_SECS:
            return boot
        file.execute(_NOTE, (boot, booted_at))
        for move in _MOVES if noted != booted_at else ():
            file.execute(move, {"by": booted_at - noted, "old": noted + up, "new": booted_at + up})
    return boot


def moment(boot: str | None) -> Mapping[str, object]:
    """The parameters of `NOW` at this moment."""
    return {"boot": boot, "since_boot": since_boot(), "by_machine": time.time()}
