"""Text to speech."""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import LONG_SECS, Reply, Request, Telnyx
from telnyx_tools.api.errors import InvalidArgument, TelnyxError
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.inference import inference
from telnyx_tools.groups.inference.chat import LOST, choosing
from telnyx_tools.results.result import AttachedResult, Attachment
from telnyx_tools.shared.file_types import mime_type
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import BucketName, Id

VOICE = "Telnyx.KokoroTTS.af"
MOST_BYTES = 32 * 1024 * 1024
MOST_ATTACHED = 8 * 1024 * 1024


class Speech(AttachedResult):
    voice: str | None = None
    content_type: str | None = None
    size: int | None = Field(None, description="bytes")
    bucket_name: str | None = Field(None, description="where it was stored")
    object_name: str | None = None
    not_stored: str | None = Field(None, description="why it is attached instead")
    not_attached: str | None = Field(None, description="why it is lost")


@inference.tool(
    effect=Effect.SPENDS,
    scope="speech.write",
    calls="POST /text-to-speech/speech",
    s3=("PutObject", "HeadObject", "GetBucketLocation"),
    borrowed={"bucket_name": "storage"},
    borrowed_effect=Effect.WRITE,
    check=LOST,
)
async def text_to_speech(
    telnyx: Telnyx,
    text: Annotated[str, Field(min_length=1, max_length=5_000, description="text, or SSML")],
    voice: Annotated[Id, From("list_tts_voices", note="like AWS.Polly.Joanna-Neural")] = VOICE,
    text_type: Annotated[Literal["text", "ssml"] | None, Field(description="SSML for AWS and Azure voices")] = None,
    language: Annotated[
        str | None, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="like en-US")
    ] = None,
    voice_speed: Annotated[float | None, Field(ge=0.5, le=2, description="Telnyx voices")] = None,
    disable_cache: bool | None = None,
    bucket_name: Annotated[BucketName | None, Field(description="stores the audio instead of attaching it")] = None,
    object_name: Annotated[
        str | None, Field(min_length=1, max_length=1_000, description="new key in the bucket")
    ] = None,
) -> Speech:
    """Turn text into speech. The audio is attached, or stored in a bucket with bucket_name and object_name. Charged by
    the character."""
    if (bucket_name is None) != (object_name is None):
        raise InvalidArguments([Problem("bucket_name", "Give bucket_name and object_name, or neither.")])
    if bucket_name is not None and object_name is not None:
        await _check_free(telnyx, bucket_name, object_name)
    body = {
        "text": text,
        "voice": voice,
        "text_type": text_type,
        "language": language,
        "telnyx": None if voice_speed is None else {"voice_speed": voice_speed},
        "disable_cache": disable_cache,
        "output_type": "binary_output",
    }
    request = Request(
        method="POST",
        template="/text-to-speech/speech",
        body=present(body),
        accept="*/*",
        timeout_secs=LONG_SECS,
        max_bytes=MOST_BYTES,
    )
    with choosing("voice", "list_tts_voices"):
        content, kind = _audio(await telnyx.send(request))
    speech = Speech(voice=voice, content_type=kind, size=len(content))
    if not content:
        speech.shape_warning = "Telnyx carried the call out, but its answer held no audio."
        return speech
    if bucket_name is not None and object_name is not None:
        return await _store(telnyx, speech, content, bucket_name, object_name)
    return _attach(speech, content)


async def _check_free(telnyx: Telnyx, bucket_name: str, object_name: str) -> None:
    """Raises InvalidArguments, before anything is paid for, where an older object would be lost."""
    try:
        await telnyx.s3.head(bucket_name, object_name)
    except InvalidArgument:
        raise  # a name that cannot be stored
    except TelnyxError:
        return
    raise InvalidArguments([Problem("object_name", "There is an object of this name already; give another name.")])


def _audio(reply: Reply) -> tuple[bytes, str]:
    """Audio comes as it is, or as base64 inside JSON."""
    answer = reply.json() if reply.content[:1] in (b"{", b"[", b"n") else None
    if answer is None or isinstance(answer, str):
        content = reply.content
        return content, mime_type(content, reply.headers.get("content-type"), "audio/mpeg")
    encoded = answer.get("base64_audio") if isinstance(answer, dict) else None
    try:
        content = base64.b64decode(encoded + "=" * (-len(encoded) % 4)) if isinstance(encoded, str) else b""
    except (binascii.Error, ValueError):
        content = b""
    return content, mime_type(content, otherwise="audio/mpeg")


def _attach(speech: Speech, content: bytes) -> Speech:
    if len(content) > MOST_ATTACHED:
        speech.not_attached = "It is above 8 MB: speak less at once, or give a bucket_name and object_name."
        return speech
    uri = f"telnyx://speech/{uuid.uuid4()}"
    return speech.attach(Attachment(uri, speech.content_type or "audio/mpeg", content))


async def _store(telnyx: Telnyx, speech: Speech, content: bytes, bucket_name: str, object_name: str) -> Speech:
    """Store the audio; if that fails, attach it, since it is already paid for."""
    try:
        await telnyx.s3.put(bucket_name, object_name, content, speech.content_type or "audio/mpeg")
    except TelnyxError as error:
        speech.not_stored = error.in_words()
        return _attach(speech, content)
    speech.bucket_name, speech.object_name = bucket_name, object_name
    return speech
