"""Classifies undeclared fields by their names: a text that others may have written, an address, or neither."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_FOREIGN: Final = re.compile(
    r"(.*_)?(text|body|subject|content|contents|html|snippets?|transcripts?|transcriptions?|transcription_data"
    r"|messages?|summary|caption|speech|utterance|comments?|notes?|query|answer|excerpt|chunks?|markdown|description"
    r"|title|insights?|result|reason|digits|metadata|headers|unshaped|keyword|user_agent|reply_to|b?cc"
    r"|memory|memories|facts?|reply|quote|quoted|preview|arguments|logs|labels?|smtp_response|variables|keywords?)"
    r"|((.*_)?(caller|contact|customer|sender|display|profile|file|push|first|last|full|from|to|object|author|speaker"
    r"|subscriber|authorized|authorizer|claimant|site|end_user|person|entity|user|participant))_?name"
    r"|filename|nickname|cnam|commenter|claimant_contact|speaker_label|.*_id_name"
)
"""Names of fields whose texts may have been written by others."""
_WRITES: Final = frozenset(
    {"from", "from_number", "sender", "caller", "caller_id_number", "cli", "originating_number", "phone_number"}
    | {"telnyx_end_user_target", "wa_id"}
)
"""Names of fields, filled in by Telnyx, that say who wrote or called, or hold a number of the account."""
_REACHED: Final = frozenset({"to", "to_number", "cld", "destination_number", "callee", "destination_phone_number"})
"""Names of fields that say whom the account reached, or at which of its numbers it was reached."""
_SETTLED: Final = re.compile(
    r"(.*_)?(id|ids|sid|uuid|at|time|timestamp|date|on|status|state|type|kind|direction|role|event|carrier|line_type"
    r"|code|currency|amount|cost|country|language|locale|timezone|version|region|format|etag|method|encoding|next"
    r"|cursor|token|channel|visibility|priority|category|webhook_url|callback_url|download_url|failover_url)"
    r"|created|updated|sent|received|next_cursor|total_.*|has_.*|is_.*"
)
"""Names of fields whose texts Telnyx or the account chose from a fixed set."""
_CAPITALS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST: Final = 64


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return _CAPITALS.sub("_", name[-_LONGEST:]).replace("-", "_").lower()


@lru_cache(maxsize=4096)
def is_foreign(name: str) -> bool:
    """Whether a field of this name may hold a text that a stranger wrote."""
    return _FOREIGN.fullmatch(_plain(name)) is not None


@lru_cache(maxsize=4096)
def is_settled(name: str) -> bool:
    """Whether nobody outside can choose what a field of this name holds."""
    return _SETTLED.fullmatch(_plain(name)) is not None


def is_address(name: str) -> bool:
    """Whether a field of this name holds the address of a writer, caller or recipient."""
    return says_who_wrote(name) or _plain(name) in _REACHED


def says_who_wrote(name: str) -> bool:
    """Whether that address is of the writer or caller, or is a number of the account."""
    return _plain(name) in _WRITES
