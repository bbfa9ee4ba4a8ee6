"""The client state: a text that is set on a call and sent with all its later events. Telnyx takes it in base64."""

from __future__ import annotations

import base64
from typing import Annotated

from pydantic import Field

ClientState = Annotated[str, Field(description="plain text")]


def encoded(text: str | None) -> str | None:
    """The client state on the wire."""
    return None if text is None else base64.b64encode(text.encode()).decode()


def decoded(state: object) -> object:
    """The text of a client state; the state itself if it is not such a text."""
    if not isinstance(state, str):
        return state
    try:
        return base64.b64decode(state, validate=True).decode() or None
    except ValueError:
        return state
