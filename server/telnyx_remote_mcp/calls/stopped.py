"""The error of a call that a guard stopped."""

from __future__ import annotations

from telnyx_tools.api.errors import TelnyxError


class StoppedByGuard(TelnyxError):
    """A guard does not let the call go on. `rules` are the reasons, named as in policies and settings, for the audit
    log."""

    rules: tuple[str, ...] = ()
