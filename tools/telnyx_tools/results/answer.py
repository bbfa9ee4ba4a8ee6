"""The answer of any operation in one form, whether the API gave an object, a page of a list, a text or bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from telnyx_tools.results.result import Detail, Result


class Answer(Result):
    data: Any = Field(None, description="the object, where the answer is one")
    items: list[Any] | None = Field(None, description="the page's items, where it is a list")
    next: str | None = Field(None, description="give it as `page` for more")
    total_results: int | None = None
    text: str | None = None
    content_base64: str | None = None
    content_type: str | None = None
    size: int | None = Field(None, description="bytes")
    shortened: bool | None = Field(None, description='cut to size; detail="full" or `fields` shows more')


@dataclass(frozen=True)
class View:
    """Which part of an answer the caller wants."""

    page: str | None = None
    page_size: int | None = None
    """None takes the default: 20 for lists of operations."""
    fields: Sequence[str] = ()
    detail: Detail = "summary"
