"""Reads that run at the same time. One that fails does not end the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from telnyx_tools.api.errors import TelnyxError

T = TypeVar("T")


async def read_all(reads: Mapping[str, Awaitable[T]]) -> tuple[dict[str, T], dict[str, str]]:
    """The answers by name, and what went wrong in the reads that failed. Raises the first error if all failed."""

    async def attempt(read: Awaitable[T]) -> T | TelnyxError:
        try:
            return await read
        except TelnyxError as error:
            return error

    ended = dict(zip(reads, await asyncio.gather(*map(attempt, reads.values())), strict=True))
    answers = {name: answer for name, answer in ended.items() if not isinstance(answer, TelnyxError)}
    errors = {name: error for name, error in ended.items() if isinstance(error, TelnyxError)}
    if errors and not answers:
        raise next(iter(errors.values()))
    return answers, {name: _summary(error) for name, error in errors.items()}


def _summary(error: TelnyxError) -> str:
    described = error.describe()
    return f"{described['title']} ({described['code']})"
