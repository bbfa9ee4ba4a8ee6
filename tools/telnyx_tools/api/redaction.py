"""Redaction: removes credentials and secret arguments, which no agent and no log may read, from texts and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

REPLACED = "[credential]"
SHORTEST = 4
"""Fewer characters than this are not redacted: they occur in too many words."""


class Secret(str):
    """A text that is sent to Telnyx and never shown. `repr` hides it, `str` does not."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret()"


def secrets_in(value: object) -> set[str]:
    """Every `Secret` inside a value: in arguments, lists, objects and models."""
    if isinstance(value, Secret):
        return {str(value)}
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        value = list(value.values())
    return set().union(*map(secrets_in, value)) if isinstance(value, list) else set()


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret replaced, also where it is escaped as in JSON.

    A secret of digits, such as a PIN, is replaced only where it stands alone, not inside a longer number.
    """
    # A secret longer than the text cannot be in it. Skipping it saves the time to build its forms.
    for form in _forms(secret for secret in secrets if len(secret) <= len(text)):
        text = re.sub(rf"(?<!\d){form}(?!\d)", REPLACED, text) if form.isdecimal() else text.replace(form, REPLACED)
    return text


def without_any(value: Any, secrets: Sequence[str]) -> Any:
    """Like `without`, for each text inside a value or a model."""
    if isinstance(value, str):
        return without(value, secrets)
    if isinstance(value, list):
        return [without_any(item, secrets) for item in value]
    if isinstance(value, dict):
        return {without(name, secrets): without_any(item, secrets) for name, item in value.items()}
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: without_any(item, secrets) for name, item in value})
    return value


def _forms(secrets: Iterable[str]) -> list[str]:
    """The secrets and their forms in JSON, longest first, since one may be part of another."""
    long_enough = [secret for secret in secrets if len(secret) >= SHORTEST]
    encoded = (json.dumps(secret, ensure_ascii=plain)[1:-1] for secret in long_enough for plain in (True, False))
    return sorted({*long_enough, *encoded}, key=len, reverse=True)
