"""Owner's rules: what a person lays down for the agents that use their account, all of them or one connection."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from telnyx_remote_mcp.surface.limits import Limit
from telnyx_remote_mcp.surface.policy import Policy

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class QuietHours(BaseModel):
    """The hours of a day in which the person is asked before an agent reaches anybody; `begins` may be later than
    `ends`. Without a `zone` they are those of whoever is reached."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: time
    ends: time
    zone: str | None = Field(None, description="a name of the time zone database, such as Europe/Berlin")

    def hold(self, local: datetime) -> bool:
        """Whether they hold at this moment, in local time. From a time until the same one they always do."""
        now = local.time().replace(tzinfo=None)
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

    def __str__(self) -> str:
        return f"{self.begins:%H:%M} to {self.ends:%H:%M}"


class OwnerRules(BaseModel):
    """The rules of one level. What they leave out they leave to the other levels, and at last to the server.

    They are stored. A member that this version does not know may hold something back: rules that have one cannot be
    read, and where they cannot be read nothing goes on that does not only read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Policy = Policy()
    limits: tuple[Limit, ...] = ()
    calls_at_once: Annotated[int, Field(ge=0, le=10_000)] | None = None
    countries: tuple[Country, ...] = Field((), description="the only ones that may be reached; none named: all")
    quiet_hours: QuietHours | None = None

    def allows(self, country: str | None) -> bool:
        """Whether a number of this country may be reached; one of no known country only where all may."""
        return not self.countries or country in self.countries


NO_RULES: Final = OwnerRules()
"""Nothing laid down."""
