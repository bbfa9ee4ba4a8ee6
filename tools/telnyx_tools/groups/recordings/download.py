"""The audio of a recording."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, ResponseTooLarge, TelnyxError
from telnyx_tools.groups.recordings import recordings
from telnyx_tools.groups.recordings.recording import Recording
from telnyx_tools.results.result import AttachedResult, Attachment, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import RecordingId

MOST_ATTACHED = 4 * 1024 * 1024
"""Bytes of audio that go to an agent: some 17 minutes of mp3."""

_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}


class RecordingAudio(AttachedResult):
    id: str | None = None
    duration_millis: int | None = None
    format: str | None = None
    size: int | None = Field(None, description="bytes of the attached audio")
    download_url: str | None = Field(
        None, description="where it was not attached; whoever has it can listen, for 10 minutes"
    )
    not_attached: str | None = Field(None, description="why")


@recordings.tool(effect=Effect.READ, scope="voice.read", calls="GET /recordings/{recording_id}")
async def download_recording(
    telnyx: Telnyx, recording_id: RecordingId, format: Literal["wav", "mp3"] = "mp3"
) -> RecordingAudio:
    """The audio of a recording: attached up to 4 MB, otherwise a URL. If the requested format does not exist, returns
    the other one."""
    recording = shape(Recording, await telnyx.get("/recordings/{recording_id}", recording_id=recording_id))
    urls = recording.download_urls
    found = {} if urls is None else {name: url for name in _TYPES if (url := getattr(urls, name))}
    known = {"id": recording.id or recording_id, "duration_millis": recording.duration_millis}
    if not found:
        reason = "Telnyx gives no address; the recording may not be ready yet."
        return RecordingAudio(**known, not_attached=reason, shape_warning=recording.shape_warning)
    kind = format if format in found else next(iter(found))
    return await _attached(RecordingAudio(**known, format=kind), telnyx, found[kind])


async def _attached(audio: RecordingAudio, telnyx: Telnyx, url: str) -> RecordingAudio:
    try:
        reply = await telnyx.download(url, "GET recording", max_bytes=MOST_ATTACHED)
    except (ValueError, TelnyxError) as error:
        audio.download_url, audio.not_attached = url, _reason(error)
        return audio
    audio.size = len(reply.content)
    uri = f"telnyx://recordings/{quote(audio.id or 'unknown', safe='')}.{audio.format}"
    return audio.attach(Attachment(uri, _TYPES[audio.format or "mp3"], reply.content))


def _reason(error: Exception) -> str:
    if isinstance(error, ResponseTooLarge):
        return f"It is larger than {MOST_ATTACHED // 1024 // 1024} MB."
    if isinstance(error, ApiError):
        return f"The address answered with HTTP {error.status}."
    return str(error) if isinstance(error, ValueError) else "The address gave no answer."
