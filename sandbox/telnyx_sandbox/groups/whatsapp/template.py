"""A message template, and how Meta reviews it: pending for a while, then approved, or rejected by its name."""

import re
from dataclasses import dataclass

from ...clock import iso

Component = dict[str, object]

REVIEWED_AFTER_SECS = 20.0
_MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")
_VARIABLE = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")


@dataclass(slots=True)
class Template:
    """A template with "reject" in its name is rejected; `state` takes the place of APPROVED once it is set."""

    id: str
    template_id: str
    business_id: str
    name: str
    category: str
    language: str
    components: list[Component]
    created_at: float
    submitted_at: float
    updated_at: float
    state: str | None = None

    def status(self, now: float) -> str:
        if now - self.submitted_at < REVIEWED_AFTER_SECS:
            return "PENDING"
        if "reject" in self.name:
            return "REJECTED"
        return self.state or "APPROVED"

    def variables(self, kind: str) -> int:
        """The number of values that a component (`HEADER`, `BODY`) takes."""
        texts = [str(one.get("text", "")) for one in self.components if one.get("type") == kind]
        return len({name for text in texts for name in _VARIABLE.findall(text)})

    @property
    def has_media(self) -> bool:
        """True if the template starts with a file that each message brings along."""
        return any(one.get("format") in _MEDIA for one in self.components)

    @property
    def button_values(self) -> set[int]:
        """The indexes of the buttons that take a value."""
        buttons = [one.get("buttons") for one in self.components if one.get("type") == "BUTTONS"]
        listed = [button for found in buttons if isinstance(found, list) for button in found]
        return {
            index
            for index, button in enumerate(listed)
            if button.get("type") in ("OTP", "COPY_CODE") or "{{" in str(button.get("url"))
        }

    def render(self, now: float) -> dict[str, object]:
        status = self.status(now)
        return {
            "record_type": "whatsapp_message_template",
            "id": self.id,
            "template_id": self.template_id,
            "name": self.name,
            "category": self.category,
            "language": self.language,
            "status": status,
            "rejection_reason": "INVALID_FORMAT" if status == "REJECTED" else None,
            "components": self.components,
            "whatsapp_business_account": {"id": self.business_id},
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }
