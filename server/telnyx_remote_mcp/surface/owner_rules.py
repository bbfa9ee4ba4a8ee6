"""Owner's rules: what the owner of an account lays down for its agents, for all of them or for one connection."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from telnyx_remote_mcp.surface.limits import Limit
from telnyx_remote_mcp.surface.policy import Policy

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class QuietHours(BaseModel):
    """The hours of a day in which the owner is asked before an agent reaches anybody.

    `begins` may be later than `ends`. Without a `zone` the local time of whoever is reached counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: time
    ends: time
    zone: str | None = Field(None, description="a name of the time zone database, such as Europe/Berlin")

    def hold(self, local: datetime) -> bool:
        """Whether the quiet hours apply at this local time. If `begins` equals `ends` they always do."""
        now = local.time().replace(tzinfo=None)
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

    def __str__(self) -> str:
        return f"{self.begins:%H:%M} to {self.ends:%H:%M}"


class OwnerRules(BaseModel):
    """The rules of one level: the account or one connection. What they leave out, other levels decide, and at last the
    server.

    They are stored. A member that this version does not know may forbid something, so rules that have one cannot be
    read. Where rules cannot be read, only calls that read are let through.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Policy = Policy()
    limits: tuple[Limit, ...] = ()
    calls_at_once: Annotated[int, Field(ge=0, le=10_000)] | None = None
    countries: tuple[Country, ...] = Field((), description="the only ones that may be reached; none named: all")
    quiet_hours: QuietHours | None = None

    def allows(self, country: str | None) -> bool:
        """Whether a number of this country may be reached; if the country is unknown, only where all countries may."""
        return not self.countries or country in self.countries


NO_RULES: Final = OwnerRules()
"""Rules that lay down nothing."""
