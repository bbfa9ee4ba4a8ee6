"""Secret arguments: their types, and where a tool takes them.

No schema marks them as secret: strict function calling refuses the keywords that JSON Schema has for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, Field

from telnyx_tools.api.redaction import Secret

_SECRET = AfterValidator(Secret)

SecretText = Annotated[str, Field(min_length=1), _SECRET]
"""A value that is never shown, logged, traced, audited or stored. It is removed from results, and from errors that
quote it."""
SecretCode = Annotated[str, Field(pattern=r"^[0-9]{4,10}$"), _SECRET]
"""Like `SecretText`, for 4 to 10 digits."""


def secret_places(annotation: Any, place: str) -> Iterator[str]:
    """The paths at which a value of this type is, or holds, a secret: `place`, or members such as `place.member`."""
    if _SECRET in getattr(annotation, "__metadata__", ()):
        yield place
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, member in annotation.model_fields.items():
            inner = f"{place}.{member.alias or name}"
            if _SECRET in member.metadata:
                yield inner
            else:
                yield from secret_places(member.annotation, inner)
    else:
        for part in get_args(annotation):
            yield from secret_places(part, place)
