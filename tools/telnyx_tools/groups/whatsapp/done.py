"""The result of a call to which the API answers nothing."""

from __future__ import annotations

from pydantic import Field

from telnyx_tools.results.result import Result


class Done(Result):
    id: str | None = None
    done: str | None = Field(None, description="what was done")
    next_step: str | None = None
