"""Language models and voices for assistants."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import Detail, Result, marked, objects
from telnyx_tools.tool.effect import Effect

Provider = Literal["aws", "telnyx", "azure", "elevenlabs", "minimax", "resemble", "xai", "humain", "soniox"]


class AiModel(Result):
    id: str | None = Field(None, description="what model takes")
    organization: str | None = None
    context_length: int | None = Field(None, description="tokens")
    tier: str | None = None
    task: str | None = None
    recommended_for_assistants: bool | None = None


class Voice(Result):
    voice_id: str | None = Field(None, description="what voice takes")
    name: str | None = None
    provider: str | None = None
    language: str | None = None
    gender: str | None = None


@assistants.tool(effect=Effect.READ, scope="ai.read", calls="GET /ai/openai/models")
async def list_ai_models(
    telnyx: Telnyx,
    contains: Annotated[str, Field(description="part of the id, like llama")] = "",
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[AiModel]:
    """Language models for assistants."""
    answer = await telnyx.get("/ai/openai/models")
    if contains:
        wanted = contains.lower()
        answer = {"data": [model for model in objects(answer) if wanted in str(model.get("id")).lower()]}
    return page_of_whole(AiModel, answer, Cursor.parse(page), detail)


@assistants.tool(effect=Effect.READ, scope="speech.read", calls="GET /text-to-speech/voices")
async def list_tts_voices(
    telnyx: Telnyx,
    provider: Provider | None = None,
    language: Annotated[str | None, Field(description="how it begins, like en or en-US")] = None,
    gender: Annotated[str | None, Field(description="female or male")] = None,
    contains: Annotated[str, Field(description="part of the name or voice_id")] = "",
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[Voice]:
    """Voices for assistants and calls. There are hundreds: filter them."""
    answer = await telnyx.get("/text-to-speech/voices", query={"provider": provider})
    if not isinstance(answer, dict) or not isinstance(answer.get("voices"), list):
        return marked(Page[Voice], "its answer was not a list", answer)
    voices = [
        voice
        for voice in answer["voices"]
        if not isinstance(voice, dict) or _fits(voice, language=language, gender=gender, contains=contains)
    ]
    return page_of_whole(Voice, voices, Cursor.parse(page), detail)


def _fits(voice: dict[str, object], *, language: str | None, gender: str | None, contains: str) -> bool:
    spoken, names = str(voice.get("language")).lower(), f"{voice.get('name')} {voice.get('voice_id')}".lower()
    return (
        (language is None or spoken.startswith(language.lower()))
        and (gender is None or str(voice.get("gender")).lower() == gender.lower())
        and contains.lower() in names
    )
