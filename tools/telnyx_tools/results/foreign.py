"""Texts that strangers wrote, wherever they stand in a result: messages, transcripts, names that callers give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

_FOREIGN: Final = re.compile(
    r"(.*_)?(text|body|subject|content|contents|html|snippet|transcripts?|transcriptions?|message|messages|summary"
    r"|caption|caller_name|display_name|sender_name|speech|utterance|comment|comments|notes?|query"
    r"|answer|excerpt|chunk|chunks|markdown|page_content|description|title|insights?|result|payload|reason|digits)"
    r"|profile_name"
)
"""Fields whose texts may come from outside, by their names."""
_ADDRESS: Final = frozenset(
    {"from", "to", "cc", "from_number", "to_number", "phone_number", "caller_id_number", "caller", "callee", "carrier"}
)
"""Fields that say who wrote or called, or to whom: Telnyx fills them in."""
_CAPITALS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OWN: Final = ("outbound", "outbound-api", "assistant")
"""Directions and roles of what the account itself said."""


def foreign_texts(value: Any, *, inside: bool = False) -> Iterator[str]:
    """The texts in JSON values that stand in a field for words of others, or `inside` one."""
    if isinstance(value, str):
        if inside:
            yield value
    elif isinstance(value, Mapping):
        own = str(value.get("direction") or value.get("role") or "") in _OWN
        for name, item in value.items():
            theirs = (inside or is_foreign(name)) and name not in _ADDRESS
            yield from foreign_texts(item, inside=theirs and not own)
    elif isinstance(value, list):
        for item in value:
            yield from foreign_texts(item, inside=inside)


@lru_cache(maxsize=4096)
def is_foreign(name: str) -> bool:
    """Whether a field of this name may hold what a stranger wrote."""
    return _FOREIGN.fullmatch(_CAPITALS.sub("_", name[-64:]).lower()) is not None
