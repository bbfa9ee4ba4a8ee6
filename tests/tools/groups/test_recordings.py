"""Recordings: found, heard, deleted; and from where their audio is never fetched."""

from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests import contexts
from tests.tools.groups.calls import answered_call
from tests.tools.groups.sandboxed import answering, call
from tests.wires import MockWire

from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving
from telnyx_tools.api.client import Api, Credential, Telnyx
from telnyx_tools.api.downloads import checked_download
from telnyx_tools.groups.recordings.download import MOST_ATTACHED, RecordingAudio
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result

pytestmark = pytest.mark.anyio

API = "https://api.telnyx.com/v2"
S3 = "https://s3.amazonaws.com/telephony-recorder-prod/call.mp3?X-Amz-Signature=abc%2F"


class Recorder:
    """Telnyx with one recording, and the host of its audio."""

    def __init__(self, audio: httpx2.Response | None = None, **urls: str) -> None:
        self.requests: list[httpx2.Request] = []
        self._urls, self._audio = urls, audio

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if request.url.host == "api.telnyx.com":
            return httpx2.Response(
                200, json={"data": {"id": "rec-1", "status": "completed", "download_urls": self._urls}}
            )
        if self._audio is None:
            raise httpx2.ConnectError("nobody there")
        return self._audio


async def run(name: str, handler: Any, **arguments: object) -> Result:
    tool = registry().find(name)
    assert tool is not None
    async with answering(handler) as telnyx:
        return await contexts.run(tool, arguments, telnyx)


async def audio_of(recorder: Recorder, **arguments: object) -> RecordingAudio:
    result = await run("download_recording", recorder, recording_id="rec-1", **arguments)
    assert isinstance(result, RecordingAudio)
    return result


async def test_a_call_is_recorded_found_heard_read_and_deleted(telnyx: Telnyx, clock: Clock) -> None:
    call_id = await answered_call(telnyx, clock)
    start = {"format": "wav", "channels": "single", "transcription": True}
    await telnyx.post("/calls/{id}/actions/record_start", body=start, id=call_id)
    clock.advance(4)
    await telnyx.post("/calls/{id}/actions/record_stop", body={}, id=call_id)
    clock.advance(60)
    (found,) = (await call(telnyx, "list_recordings", call_control_id=call_id))["items"]
    assert (found["duration_millis"], found["source"]) == (4000, "call")
    assert "download_urls" not in found
    recording = {"recording_id": found["id"]}
    assert "wav" in (await call(telnyx, "get_recording", **recording))["download_urls"]
    await assert_heard(telnyx, found["id"])
    (listed,) = (await call(telnyx, "list_recording_transcriptions", **recording))["items"]
    written = {"recording_transcription_id": listed["id"]}
    assert (await call(telnyx, "get_recording_transcription", **written))["transcription_text"]
    await call(telnyx, "delete_recording_transcription", **written)
    assert (await call(telnyx, "list_recording_transcriptions", **recording))["items"] == []
    await call(telnyx, "delete_recordings_in_bulk", recording_ids=[found["id"]])
    assert (await call(telnyx, "list_recordings"))["items"] == []


async def assert_heard(telnyx: Telnyx, recording_id: str) -> None:
    tool = registry().tools["download_recording"]
    audio = await contexts.run(tool, {"recording_id": recording_id}, telnyx)
    assert isinstance(audio, RecordingAudio)
    (attachment,) = audio.attachments
    assert (audio.format, attachment.mime_type, attachment.content[:4]) == ("wav", "audio/wav", b"RIFF")


async def test_audio_above_the_limit_is_an_address() -> None:
    async def recording(request: Request) -> JSONResponse:
        return JSONResponse({"data": {"id": "rec-1", "download_urls": {"mp3": f"{request.base_url}long.mp3"}}})

    async def long(request: Request) -> Response:
        return Response(bytes(MOST_ATTACHED + 1), media_type="audio/mpeg")

    app = Starlette(routes=[Route("/v2/recordings/rec-1", recording), Route("/long.mp3", long)])
    async with serving(app) as base_url, Api(base_url) as api:
        telnyx = api.bind(Credential("KEY_recordings"), "recordings")
        audio = await call(telnyx, "download_recording", recording_id="rec-1")
    assert "larger than 4 MB" in audio["not_attached"]
    assert audio["download_url"].endswith("/long.mp3")


async def test_recordings_are_filtered_as_the_api_nests_it() -> None:
    recorder = Recorder()
    arguments: dict[str, object] = {
        "from_number": "+12025550123",
        "call_session_id": "session-1",
        "created_at": {"gte": "2026-03-01T15:00:00-05:00"},
        "end_time": {"lte": "2026-03-02T00:00:00Z"},
    }
    await run("search_recordings", recorder, **arguments)
    assert dict(recorder.requests[0].url.params) == {
        "filter[from]": "+12025550123",
        "filter[call_session_id]": "session-1",
        "filter[created_at][gte]": "2026-03-01T20:00:00Z",
        "filter[end_time][lte]": "2026-03-02T00:00:00Z",
        "page[number]": "1",
        "page[size]": "20",
    }


async def test_audio_is_attached_and_its_host_never_sees_the_credential() -> None:
    recorder = Recorder(httpx2.Response(200, content=b"ID3 sound"), mp3=S3, wav=S3)
    audio = await audio_of(recorder)
    (attachment,) = audio.attachments
    assert (attachment.mime_type, attachment.content) == ("audio/mpeg", b"ID3 sound")
    assert audio.wire() == {"id": "rec-1", "format": "mp3", "size": 9}
    asked, fetched = recorder.requests
    assert asked.headers["authorization"] == "Bearer KEY_answering"
    assert str(fetched.url) == S3
    assert "KEY_answering" not in str(fetched.headers.raw)


async def test_the_other_format_is_taken_where_there_is_only_that() -> None:
    audio = await audio_of(Recorder(httpx2.Response(200, content=b"ID3"), mp3=S3), format="wav")
    assert audio.format == "mp3"


@pytest.mark.parametrize(
    ("audio", "url", "reason"),
    [
        (None, S3, "no answer"),
        (httpx2.Response(302, headers={"location": "http://169.254.169.254/"}), S3, "HTTP 302"),
        (httpx2.Response(403, text="<Error><Code>AccessDenied</Code></Error>"), S3, "HTTP 403"),
        (None, "https://storage.googleapis.com/bucket/call.mp3", "host"),
        (None, "http://127.0.0.1:6379/call.mp3", "https"),
    ],
)
async def test_what_cannot_be_fetched_is_an_address_and_the_reason(
    audio: httpx2.Response | None, url: str, reason: str
) -> None:
    result = (await audio_of(Recorder(audio, mp3=url))).wire()
    assert result["download_url"] == url
    assert reason in result["not_attached"]


async def test_a_recording_without_addresses_says_so() -> None:
    assert "not be ready" in (await audio_of(Recorder())).wire()["not_attached"]


async def test_a_refusal_by_the_host_of_the_audio_does_not_condemn_the_key() -> None:
    rejected: list[bool] = []
    async with Api(wire=MockWire(Recorder(httpx2.Response(401), mp3=S3))) as api:
        telnyx = api.bind(Credential("KEY_fine"), "fine", on_rejected=lambda: rejected.append(True))
        await call(telnyx, "download_recording", recording_id="rec-1")
    assert rejected == []


@pytest.mark.parametrize(
    "url",
    [
        S3,
        "https://recordings.s3.us-east-1.amazonaws.com/a.mp3",
        "https://s3-us-west-2.amazonaws.com/a.mp3",
        "https://us-east-1.telnyxcloudstorage.com/a.mp3",
        "https://api.telnyx.com/v2/a.mp3",
    ],
)
async def test_telnyx_and_s3_are_fetched_from(url: str) -> None:
    checked_download(url, API)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example",
        "ftp://s3.amazonaws.com/a",
        "http://s3.amazonaws.com/a",
        "https://s3.amazonaws.com:8443/a",
        "https://s3.amazonaws.com@evil.example/a",
        "https://s3.amazonaws.com\\@evil.example/a",
        "https://s3.amazonaws.com.evil.example/a",
        "https://s3.amazonaws.com/a b",
        "https://s3.amazonaws.com/\r\nx",
        "https://ec2-198-51-100-7.compute-1.amazonaws.com/a",
        "https://s3.internal.amazonaws.com/a",
        "https://169.254.169.254/latest",
        "https://[::1]/a",
        "https://10.0.0.1/a",
        "http://localhost/a",
        "https://s3.amazonaws.com/" + "a" * 8_000,
    ],
)
async def test_no_other_address_is_fetched(url: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        checked_download(url, API)


async def test_a_local_api_hands_out_files_of_its_own_only() -> None:
    checked_download("http://127.0.0.1:80/a", "http://127.0.0.1/v2")
    with pytest.raises(ValueError, match="https"):
        checked_download("http://127.0.0.1:81/a", "http://127.0.0.1/v2")
