"""Speech to text: every file is transcribed as the same greeting."""

from decimal import Decimal

from ...contract import form
from ...errors import SandboxError
from ...public_addresses import reachable
from ...reply import Reply
from ...request import Request, header
from ...routing import Routes

routes = Routes()

SENTENCES = ("Thank you for calling.", "How can I help you today?")
SECS_PER_SENTENCE = 2.5
PRICE = Decimal("0.006")
"""In USD for each minute begun."""


@routes.post("/ai/audio/transcriptions")
def transcribe(request: Request) -> Reply:
    fields = form(request.content, header(request.headers, b"content-type") or "")
    url, file = fields.get("file_url"), fields.get("file")
    if bool(url) == bool(file):
        raise SandboxError("10015", "Give file or file_url, one of them.", pointer="/file")
    if isinstance(url, str):
        reachable(url, "/file_url")
    request.account.charge(PRICE)
    answer: dict[str, object] = {"text": " ".join(SENTENCES)}
    if fields.get("response_format") == "verbose_json":
        answer["duration"] = SECS_PER_SENTENCE * len(SENTENCES)
        config = fields.get("model_config")
        answer["segments"] = _segments(isinstance(config, dict) and config.get("diarize") is True)
    return Reply(answer)


def _segments(labelled: bool) -> list[dict[str, object]]:
    return [
        {
            "id": index,
            "start": index * SECS_PER_SENTENCE,
            "end": (index + 1) * SECS_PER_SENTENCE,
            "text": sentence,
            **({"speakers": [0]} if labelled else {}),
        }
        for index, sentence in enumerate(SENTENCES)
    ]
