"""A tool that assistants share."""

from dataclasses import dataclass, field

from ...clock import iso

Fields = dict[str, object]

TYPES = (
    "webhook",
    "function",
    "client_side_tool",
    "retrieval",
    "handoff",
    "invite",
    "pay",
    "update_dynamic_variables",
    "vision",
)


@dataclass(slots=True)
class AssistantTool:
    id: str
    type: str
    display_name: str
    created_at: float
    definition: Fields = field(default_factory=dict)
    timeout_ms: int = 5_000

    def render(self) -> Fields:
        return {
            "id": self.id,
            "type": self.type,
            "display_name": self.display_name,
            "tool_definition": self.definition,
            "timeout_ms": self.timeout_ms,
            "created_at": iso(self.created_at),
        }

    def render_shared(self) -> Fields:
        """The tool as an assistant lists it among its tools."""
        return {
            "id": self.id,
            "type": self.type,
            self.type: self.definition,
            "display_name": self.display_name,
            "timeout_ms": self.timeout_ms,
            "shared": True,
        }
