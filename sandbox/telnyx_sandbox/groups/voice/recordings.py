"""Finished recordings and their texts: lists, downloads, deletion."""

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from ...account import Accounts
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .recording import Recording
from .transcription import RecordingTranscription

routes = Routes()

EQUAL = (
    "call_control_id", "call_leg_id", "call_session_id", "conference_id", "connection_id", "from", "to",
)  # fmt: skip
WITHIN = {"created_at": "created_at", "start_time": "recording_started_at", "end_time": "recording_ended_at"}
MEDIA_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}


@routes.get("/recordings")
def list_recordings(request: Request) -> Reply:
    query, found = request.query, [_render(request, each) for each in reversed(_finished(request))]
    for name in EQUAL:
        wanted = query.text(f"filter[{name}]")
        found = [recording for recording in found if wanted in (None, recording[name])]
    for name, told in WITHIN.items():
        first, final = query.text(f"filter[{name}][gte]") or "", query.text(f"filter[{name}][lte]") or "9"
        found = [recording for recording in found if first <= str(recording[told]) <= final]
    if query.text("filter[sip_call_id]") is not None:
        found = []
    return numbered(request, found, dict)


@routes.get("/recordings/{recording_id}")
def get_recording(request: Request) -> Reply:
    return data(_render(request, _find(request, request.ids["recording_id"])))


@routes.delete("/recordings/{recording_id}")
def delete_recording(request: Request) -> Reply:
    recording = _find(request, request.ids["recording_id"])
    del request.account.collection(Recording)[recording.id]
    return data(_render(request, recording))


@routes.post("/recordings/actions/delete")
def delete_recordings(request: Request) -> Reply:
    ids = request.body.texts("ids") or []
    for recording in [_find(request, each) for each in ids]:
        request.account.collection(Recording).pop(recording.id, None)
    return Reply({"status": "ok"})


@routes.get("/recording_transcriptions")
def list_transcriptions(request: Request) -> Reply:
    query, now = request.query, request.account.clock.now()
    recording_id = query.text("filter[recording_id]")
    first, final = query.text("filter[created_at][gte]") or "", query.text("filter[created_at][lte]") or "9"
    found = [
        each
        for each in reversed(list(request.account.collection(RecordingTranscription).values()))
        if recording_id in (None, each.recording_id) and first <= iso(each.created_at) <= final
    ]
    return numbered(request, found, lambda each: each.render(now))


@routes.get("/recording_transcriptions/{recording_transcription_id}")
def get_transcription(request: Request) -> Reply:
    found = request.account.find(RecordingTranscription, request.ids["recording_transcription_id"])
    return data(found.render(request.account.clock.now()))


@routes.delete("/recording_transcriptions/{recording_transcription_id}")
def delete_transcription(request: Request) -> Reply:
    account = request.account
    found = account.find(RecordingTranscription, request.ids["recording_transcription_id"])
    del account.collection(RecordingTranscription)[found.id]
    return data(found.render(account.clock.now()))


def files(accounts: Accounts) -> list[Route]:
    """The files of `download_urls`; whoever has the address may listen."""

    async def download(request: HttpRequest) -> Response:
        recording_id, extension = request.path_params["id"], request.path_params["extension"]
        for account in accounts:
            recording = account.collection(Recording).get(recording_id)
            if recording is not None and extension == recording.format:
                return Response(recording.content(extension), media_type=MEDIA_TYPES[extension])
        return Response("There is no such recording.", status_code=404, media_type="text/plain")

    return [Route("/recordings/{id}.{extension}", download)]


def _finished(request: Request) -> list[Recording]:
    return [each for each in request.account.collection(Recording).values() if each.ended_at is not None]


def _find(request: Request, recording_id: str) -> Recording:
    recording = request.account.find(Recording, recording_id)
    if recording.ended_at is None:
        raise SandboxError("10005")
    return recording


def _render(request: Request, recording: Recording) -> dict[str, object]:
    return recording.render(request.account)
