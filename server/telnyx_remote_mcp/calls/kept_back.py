"""A call that a guard kept back, and the rules by which it did."""

from __future__ import annotations

from telnyx_tools.api.errors import TelnyxError


class KeptBack(TelnyxError):
    """A guard does not let the call go on. `rules` say why in the words of policies and settings, for the record."""

    rules: tuple[str, ...] = ()
