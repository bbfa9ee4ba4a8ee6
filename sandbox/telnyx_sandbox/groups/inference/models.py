"""The models of the sandbox."""

from dataclasses import dataclass
from decimal import Decimal

from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes

routes = Routes()


@dataclass(frozen=True, slots=True)
class Model:
    """`price` is in USD for a thousand tokens."""

    id: str
    context_length: int
    parameters: int
    tier: str
    price: Decimal
    sees: bool = False
    recommended: bool = False

    def render(self) -> dict[str, object]:
        organization = self.id.partition("/")[0]
        return {
            "id": self.id,
            "object": "model",
            "created": "2026-06-01T00:00:00Z",
            "owned_by": "Telnyx",
            "organization": organization,
            "license": "open",
            "languages": ["en"],
            "task": "text-generation",
            "tier": self.tier,
            "context_length": self.context_length,
            "max_completion_tokens": 8_192,
            "parameters": self.parameters,
            "parameters_str": f"{self.parameters // 10**9}B",
            "is_fine_tunable": False,
            "is_vision_supported": self.sees,
            "recommended_for_assistants": self.recommended,
            "regions": ["USA", "EU"],
            "service_tiers": ["default"],
            "pricing": {"input": str(self.price), "output": str(self.price), "unit": "1K tokens", "currency": "USD"},
        }


CHAT = (
    Model("moonshotai/Kimi-K2.6", 262_144, 1_000_000_000_000, "large", Decimal("0.002"), recommended=True),
    Model("zai-org/GLM-5.2", 131_072, 355_000_000_000, "large", Decimal("0.001"), sees=True, recommended=True),
    Model("Qwen/Qwen3-235B-A22B", 131_072, 235_000_000_000, "medium", Decimal("0.0008")),
    Model("openai/gpt-4o", 128_000, 200_000_000_000, "large", Decimal("0.005"), sees=True),
    Model("meta-llama/Meta-Llama-3.1-8B-Instruct", 131_072, 8_000_000_000, "small", Decimal("0.0002")),
)
EMBEDDING = {"thenlper/gte-large": 1_024, "intfloat/multilingual-e5-large": 1_024}
"""The embedding models, with the length of their vectors."""


@routes.get("/ai/openai/models")
def list_models(request: Request) -> Reply:
    return Reply({"object": "list", "data": [model.render() for model in CHAT]})


@routes.get("/ai/openai/embeddings/models")
def list_embedding_models(request: Request) -> Reply:
    models = [{"id": name, "object": "model", "created": 1_780_000_000, "owned_by": "Telnyx"} for name in EMBEDDING]
    return Reply({"object": "list", "data": models})


def find_model(name: str | None) -> Model:
    """The model of that name; the first one if `name` is None."""
    found = CHAT[0] if name is None else next((model for model in CHAT if model.id == name), None)
    if found is None:
        raise SandboxError("10015", f"There is no model {name[:100] if name else ''}.", pointer="/model")
    return found
