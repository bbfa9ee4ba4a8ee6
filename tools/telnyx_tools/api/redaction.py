"""Redaction: credentials and secret arguments, which no agent and no log may read, taken out of texts and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

REPLACED = "[credential]"
SHORTEST = 4
"""Characters: anything shorter is not treated as a secret, since it is part of too many words."""


class Secret(str):
    """A text that is sent to Telnyx and shown to nobody. Its repr does not have it, its text form does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret()"


def secrets_in(value: object) -> set[str]:
    """Every `Secret` inside arguments, lists, objects and models."""
    if isinstance(value, Secret):
        return {str(value)}
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        value = list(value.values())
    return set().union(*map(secrets_in, value)) if isinstance(value, list) else set()


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with every one of the secrets replaced, also where it stands in JSON.

    A PIN is a number of its own: its digits inside a phone number, or another longer one, are none of it.
    """
    # A secret that is longer than the text cannot stand in it; to write out its forms may take longer than all else.
    for form in _forms(secret for secret in secrets if len(secret) <= len(text)):
        text = re.sub(rf"(?<!\d){form}(?!\d)", REPLACED, text) if form.isdecimal() else text.replace(form, REPLACED)
    return text


def without_any(value: Any, secrets: Sequence[str]) -> Any:
    """Do as `without`, for each text inside a value or a model."""
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
    """The longest first: one may be part of another."""
    long_enough = [secret for secret in secrets if len(secret) >= SHORTEST]
    encoded = (json.dumps(secret, ensure_ascii=plain)[1:-1] for secret in long_enough for plain in (True, False))
    return sorted({*long_enough, *encoded}, key=len, reverse=True)
