"""Vectors of texts: the same text always has the same one, of length 1, and other texts have others."""

import base64
import hashlib
import math
import struct
from decimal import Decimal
from random import Random

from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from .chat import tokens
from .models import EMBEDDING

routes = Routes()

PRICE = Decimal("0.0001")
"""In USD for a thousand tokens."""


@routes.post("/ai/openai/embeddings")
def embed(request: Request) -> Reply:
    model = request.body.required_text("model")
    if model not in EMBEDDING:
        raise SandboxError("10015", "There is no such embedding model.", pointer="/model")
    size = request.body.integer("dimensions") or EMBEDDING[model]
    if not 1 <= size <= EMBEDDING[model]:
        raise SandboxError("10033", f"dimensions must be between 1 and {EMBEDDING[model]}.", pointer="/dimensions")
    texts = _texts(request)
    used = sum(map(tokens, texts))
    request.account.charge(PRICE * used / 1_000)
    encoded = request.body.text("encoding_format") == "base64"
    vectors = [vector(model, text, size) for text in texts]
    rows = [
        {"object": "embedding", "index": index, "embedding": _packed(each) if encoded else each}
        for index, each in enumerate(vectors)
    ]
    usage = {"prompt_tokens": used, "total_tokens": used}
    return Reply({"object": "list", "model": model, "data": rows, "usage": usage})


def vector(model: str, text: str, size: int) -> list[float]:
    numbers = Random(hashlib.sha256(f"{model}\n{text}".encode()).digest())  # noqa: S311 - not a secret
    found = [numbers.gauss(0, 1) for _ in range(size)]
    length = math.sqrt(sum(number * number for number in found))
    return [number / length for number in found]


def _texts(request: Request) -> list[str]:
    given = request.body.value("input")
    texts = [given] if isinstance(given, str) else request.body.texts("input") or []
    if not texts or not all(texts):
        raise SandboxError("10004", "'input' is a text or a list of texts.", pointer="/input")
    return texts


def _packed(numbers: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
