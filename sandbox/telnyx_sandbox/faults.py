"""Failures on demand, for the next matching requests."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Action = Literal["reset", "slow", "drop_after_effect", "half_body", "garbage"]


class Fault(BaseModel):
    """Either an HTTP error `status`, answered without doing anything, or an `action`:

    reset              the connection is reset, nothing is done
    slow               all goes well, after `delay_secs`
    drop_after_effect  the operation is done, then the connection is reset
    half_body          the operation is done, half of the answer is sent
    garbage            the operation is done, the answer is no JSON
    """

    model_config = ConfigDict(extra="forbid")

    method: str | None = None
    path: str = Field(default="*", description="Glob over the path after /v2, such as /messages/*.")
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    action: Action | None = None
    times: Annotated[int, Field(ge=1)] = 1
    delay_secs: Annotated[float, Field(ge=0, le=600)] = 0.0
    retry_after: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_effect(self) -> "Fault":
        if (self.status is None) == (self.action is None):
            raise ValueError("give either 'status' or 'action'")
        return self

    def matches(self, method: str, path: str) -> bool:
        return (self.method is None or self.method.upper() == method) and fnmatchcase(path, self.path)


class Faults:
    """The faults still to come, in the order they were given; each is used up after its `times`."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []

    def add(self, faults: list[Fault]) -> None:
        self._pending.extend(fault.model_copy() for fault in faults)

    def clear(self) -> None:
        self._pending.clear()

    @property
    def pending(self) -> int:
        return len(self._pending)

    def take(self, method: str, path: str) -> Fault | None:
        for fault in self._pending:
            if fault.matches(method, path):
                fault.times -= 1
                if fault.times == 0:
                    self._pending.remove(fault)
                return fault
        return None


class WebhookManner(BaseModel):
    """How webhooks arrive: so many of them twice, up to so much later than others, late by so much, and again after
    these pauses where the URL does not take them."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    duplicates: Annotated[float, Field(ge=0, le=1)] = 0.0
    disorder_secs: Annotated[float, Field(ge=0, le=60)] = 0.0
    delay_secs: Annotated[float, Field(ge=0, le=60)] = 0.0
    retries_after_secs: Annotated[list[float], Field(max_length=10)] = [5.0, 25.0]
