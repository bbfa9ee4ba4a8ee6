"""Emergency calling of a number: on at an address, after a second of provisioning, or off."""

from dataclasses import dataclass

PROVISIONING_SECS = 1.0


@dataclass(frozen=True, slots=True)
class Emergency:
    """`since` is the moment of the last switch."""

    enabled: bool = False
    address_id: str | None = None
    since: float = 0.0

    def render(self, now: float) -> dict[str, object]:
        on = "active" if now >= self.since + PROVISIONING_SECS else "provisioning"
        return {
            "emergency_enabled": self.enabled,
            "emergency_address_id": self.address_id if self.enabled else None,
            "emergency_status": on if self.enabled else "disabled",
        }
