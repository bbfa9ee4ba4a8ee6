"""What to do about a choice that Telnyx does not take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from telnyx_tools.api.errors import ApiError


@contextmanager
def choosing(field: str, source: str) -> Iterator[None]:
    """Within it, an error that points at this field names the tool that has its values."""
    try:
        yield
    except ApiError as error:
        if any((item.pointer or "").rpartition("/")[2] == field for item in error.items):
            error.remedy = f"Take {field} from {source}."
        raise
