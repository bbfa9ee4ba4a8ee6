"""Names of fields, and what they say of a field that nobody declared: words of others, an address, or neither."""

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
"""Fields whose texts may come from outside, by their names."""
_WRITES: Final = frozenset(
    {"from", "from_number", "sender", "caller", "caller_id_number", "cli", "originating_number", "phone_number"}
    | {"telnyx_end_user_target", "wa_id"}
)
"""Fields that say who wrote or called, and numbers of the account: Telnyx fills them in."""
_REACHED: Final = frozenset({"to", "to_number", "cld", "destination_number", "callee", "destination_phone_number"})
"""Fields that say whom the account reached, or which of its numbers was."""
_SETTLED: Final = re.compile(
    r"(.*_)?(id|ids|sid|uuid|at|time|timestamp|date|on|status|state|type|kind|direction|role|event|carrier|line_type"
    r"|code|currency|amount|cost|country|language|locale|timezone|version|region|format|etag|method|encoding|next"
    r"|cursor|token|channel|visibility|priority|category|webhook_url|callback_url|download_url|failover_url)"
    r"|created|updated|sent|received|next_cursor|total_.*|has_.*|is_.*"
)
"""Fields whose texts Telnyx or the account chose, from a set of its own."""
_CAPITALS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST: Final = 64


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return _CAPITALS.sub("_", name[-_LONGEST:]).replace("-", "_").lower()


@lru_cache(maxsize=4096)
def is_foreign(name: str) -> bool:
    """Whether a field of this name may hold what a stranger wrote."""
    return _FOREIGN.fullmatch(_plain(name)) is not None


@lru_cache(maxsize=4096)
def is_settled(name: str) -> bool:
    """Whether nobody outside chooses what a field of this name holds."""
    return _SETTLED.fullmatch(_plain(name)) is not None


def is_address(name: str) -> bool:
    """Whether a field of this name says who wrote or was reached."""
    return says_who_wrote(name) or _plain(name) in _REACHED


def says_who_wrote(name: str) -> bool:
    """Whether it says so of who wrote or called, or names a number of the account."""
    return _plain(name) in _WRITES
