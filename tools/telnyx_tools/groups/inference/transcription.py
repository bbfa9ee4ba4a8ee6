"""Speech to text."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from telnyx_tools.api.client import LONG_SECS, File, Request, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.inference import inference
from telnyx_tools.groups.inference.chat import LOST
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.result import Part, Result, shape
from telnyx_tools.shared.presigned import CHECK_OBJECT, PRESIGN, address_of_object, check_one_source
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, ObjectName, Url

MOST_TEXT = 36_000
MOST_SEGMENTS = 200

TranscriptionModel = Literal[
    "openai/whisper-large-v3-turbo",
    "distil-whisper/distil-large-v2",
    "deepgram/nova-2",
    "deepgram/nova-2-medical",
    "deepgram/nova-3",
    "deepgram/nova-3-medical",
    "nvidia/parakeet-v3",
    "omi-health/omi-med-stt-v1",
    "reson8/prerecorded",
]
_NAMES_SPEAKERS = ("deepgram/", "reson8/")


class Segment(Part):
    start: float | None = Field(None, description="seconds")
    end: float | None = None
    text: Annotated[str | None, Outside("who speaks in the recording")] = None
    speakers: list[int] | None = None


class AudioTranscript(Result):
    text: Annotated[str | None, Outside("who speaks in the recording")] = None
    text_cut: bool | None = Field(None, description=f"true: only its first {MOST_TEXT:,} characters are here")
    duration: float | None = Field(None, description="seconds")
    segments: list[Segment] | None = Field(None, description=f"the first {MOST_SEGMENTS}")

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        text, segments = raw.get("text"), raw.get("segments")
        found = dict(raw)
        if isinstance(text, str):
            found |= {"text": text[:MOST_TEXT], "text_cut": len(text) > MOST_TEXT or None}
        if isinstance(segments, list):
            found["segments"] = segments[:MOST_SEGMENTS]
        return found


@inference.tool(
    effect=Effect.SPENDS,
    scope="speech.write",
    calls=("POST /ai/audio/transcriptions", PRESIGN),
    s3=CHECK_OBJECT,
    borrowed={"bucket_name": "storage"},
    check=LOST,
)
async def transcribe_audio(
    telnyx: Telnyx,
    file_url: Annotated[Url | None, Field(description="public audio file, up to 100 MB")] = None,
    bucket_name: BucketName | None = None,
    object_name: ObjectName | None = None,
    content_base64: Annotated[
        str | None,
        Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=1_000_000, description="a small audio file itself"),
    ] = None,
    model: TranscriptionModel = "openai/whisper-large-v3-turbo",
    language: Annotated[
        str | None,
        Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*|multi)$", description="like en; left out: detected"),
    ] = None,
    timestamps: Annotated[bool, Field(description="adds segments with their times")] = False,
    label_speakers: Annotated[bool, Field(description="deepgram and reson8 models only")] = False,
) -> AudioTranscript:
    """Transcribe recorded speech, given by URL (also a recording's, see get_recording), in a bucket, or as content. All
    models take mp3 and wav. Charged by the minute."""
    source = check_one_source(
        {
            "file_url": (file_url,),
            "bucket_name with object_name": (bucket_name, object_name),
            "content_base64": (content_base64,),
        }
    )
    fields = _fields(model, language, timestamps, label_speakers)
    files = {}
    if source == "content_base64":
        files["file"] = _file(content_base64 or "")
    elif source == "file_url":
        fields["file_url"] = file_url or ""
    else:
        fields["file_url"] = await address_of_object(telnyx, bucket_name or "", object_name or "")
    request = Request(
        method="POST",
        template="/ai/audio/transcriptions",
        files=files,
        fields=fields,
        timeout_secs=LONG_SECS,
    )
    return shape(AudioTranscript, (await telnyx.send(request)).json())


def _fields(model: str, language: str | None, timestamps: bool, label_speakers: bool) -> dict[str, str]:
    fields = {"model": model}
    if language is not None:
        fields["language"] = language
    if timestamps:
        fields |= {"response_format": "verbose_json", "timestamp_granularities[]": "segment"}
    if label_speakers:
        if not model.startswith(_NAMES_SPEAKERS):
            raise InvalidArguments([Problem("label_speakers", "This model cannot; deepgram/nova-3 can.")])
        fields["model_config"] = json.dumps({"diarize": True})
    return fields


def _file(content_base64: str) -> File:
    from telnyx_tools.shared.file_types import mime_type

    try:
        content = base64.b64decode(content_base64, validate=True)
    except binascii.Error:
        raise InvalidArguments([Problem("content_base64", "It is no base64.")]) from None
    kind = mime_type(content, otherwise="audio/mpeg")
    extension = {"audio/mpeg": "mp3"}.get(kind, kind.partition("/")[2])
    return File(f"audio.{extension}", content, kind)
