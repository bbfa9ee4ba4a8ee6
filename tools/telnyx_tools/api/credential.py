"""The secret with which one caller authenticates to Telnyx."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from telnyx_tools.api.errors import InvalidArgument

_LEGAL = re.compile(r"[\x21-\x7e]{1,8192}")


@dataclass(frozen=True, slots=True)
class Credential:
    """A Telnyx API key or OAuth access token, sent as `Authorization: Bearer …`.

    Its text form never shows the secret. Raises InvalidArgument for a secret that is not a valid header value (empty,
    spaces, line breaks, non-ASCII, above 8,192 characters).
    """

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if _LEGAL.fullmatch(self.secret) is None:
            raise InvalidArgument("credential", "An API key is printable ASCII without spaces; copy it again.")
