"""An assistant's answers: the nearest passage of its knowledge, or of its instructions, or an echo."""

import re

from ...account import Account
from ..embeddings.document import words
from ..embeddings.embedded_bucket import passages_about
from .assistant import Settings, Version, tools_of

MODEL_GENERATED = "<assistant-speaks-first-with-model-generated-message>"
MODEL_GREETING = "Hello, how can I help you today?"
LONGEST_QUOTE = 600

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


def reply(account: Account, version: Version, said: str, variables: Settings | None = None) -> str:
    for passage in passages_about(account, _buckets(account, version), said, most=1):
        return f"According to {passage.filename}: {passage.text[:LONGEST_QUOTE].strip()}"
    sentence = _sentence(filled(str(version.settings.get("instructions")), version, variables), said)
    return sentence or f"You said: {said}"


def greeting(version: Version, variables: Settings | None = None) -> str:
    """The assistant's first words; "" if it waits for the other side."""
    words = str(version.settings.get("greeting") or "")
    return filled(MODEL_GREETING if words == MODEL_GENERATED else words, version, variables)


def filled(text: str, version: Version, variables: Settings | None) -> str:
    """Fill in the values of the text's {{dynamic_variables}}."""
    usual = version.settings.get("dynamic_variables")
    values = {**(usual if isinstance(usual, dict) else {}), **(variables or {})}
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: str(values.get(match[1], match[0])), text)


def _buckets(account: Account, version: Version) -> list[str]:
    found: list[str] = []
    for tool in tools_of(account, version):
        retrieval = tool.get("retrieval")
        names = retrieval.get("bucket_ids") if isinstance(retrieval, dict) else None
        found += [str(name) for name in names or ()]
    return found


def _sentence(text: str, said: str) -> str | None:
    """The sentence that shares the most words with `said`, or None if no sentence shares any."""
    asked = set(words(said))
    sentences = [match.strip() for match in _SENTENCE.findall(text) if match.strip()]
    best = max(sentences, key=lambda each: len(asked & set(words(each))), default=None)
    return best if best is not None and asked & set(words(best)) else None
