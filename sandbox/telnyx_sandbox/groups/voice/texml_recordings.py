"""Recordings and their texts by TeXML's names."""

from ...account import Account
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from . import texml
from .call import Fields
from .commands import live_call
from .recording import DEFAULT_FORMAT, Recording, begin, finish
from .texml_calls import find
from .transcription import RecordingTranscription

routes = Routes()


@routes.get("/texml/Accounts/{account_sid}/Recordings.json")
def list_recordings(request: Request) -> Reply:
    account = texml.account_of(request)
    return _listed(request, account, list(account.collection(Recording).values()))


@routes.get("/texml/Accounts/{account_sid}/Calls/{call_sid}/Recordings.json")
def list_recordings_of_call(request: Request) -> Reply:
    account = texml.account_of(request)
    call = find(account, request.ids["call_sid"])
    return _listed(request, account, [each for each in account.collection(Recording).values() if each.call is call])


@routes.post("/texml/Accounts/{account_sid}/Calls/{call_sid}/Recordings.json")
def start_recording(request: Request) -> Reply:
    account, body = texml.account_of(request), request.body
    recording = Recording(
        id=account.ids.uuid("recording"),
        call=live_call(account, request.ids["call_sid"]),
        channels=body.text("RecordingChannels") or "dual",
        format=DEFAULT_FORMAT,
        initiated_by="StartCallRecordingAPI",
        started_at=account.clock.now(),
        track=body.text("RecordingTrack") or "both",
    )
    begin(account, recording)
    return Reply(render(account, recording))


@routes.post("/texml/Accounts/{account_sid}/Calls/{call_sid}/Recordings/{recording_sid}.json")
def update_recording(request: Request) -> Reply:
    account, status = texml.account_of(request), request.body.text("Status")
    recording = _find(request, account)
    if recording.ended_at is not None:
        raise SandboxError("10027", "The recording has ended.")
    now = account.clock.now()
    if status == "stopped":
        finish(account, recording, now)
    elif status is not None and recording.paused != (status == "paused"):
        recording.pauses.append(now)
    return Reply(render(account, recording))


@routes.get("/texml/Accounts/{account_sid}/Recordings/{recording_sid}.json")
def get_recording(request: Request) -> Reply:
    account = texml.account_of(request)
    return Reply(render(account, _find(request, account)))


@routes.delete("/texml/Accounts/{account_sid}/Recordings/{recording_sid}.json")
def delete_recording(request: Request) -> Reply:
    account = texml.account_of(request)
    del account.collection(Recording)[_find(request, account).id]
    return Reply(None, 204)


@routes.get("/texml/Accounts/{account_sid}/Transcriptions.json")
def list_transcriptions(request: Request) -> Reply:
    account = texml.account_of(request)
    found = list(account.collection(RecordingTranscription).values())[::-1]
    return texml.listed(request, "transcriptions", found, lambda each: render_transcription(account, each))


@routes.get("/texml/Accounts/{account_sid}/Transcriptions/{recording_transcription_sid}.json")
def get_transcription(request: Request) -> Reply:
    account = texml.account_of(request)
    return Reply(render_transcription(account, _transcription(request, account)))


@routes.delete("/texml/Accounts/{account_sid}/Transcriptions/{recording_transcription_sid}.json")
def delete_transcription(request: Request) -> Reply:
    account = texml.account_of(request)
    del account.collection(RecordingTranscription)[_transcription(request, account).id]
    return Reply(None, 204)


def render(account: Account, recording: Recording) -> Fields:
    now = account.clock.now()
    return {
        "sid": recording.id,
        "account_sid": account.ids.owner_id,
        "call_sid": recording.call.id,
        "conference_sid": recording.conference_id,
        "channels": 2 if recording.channels == "dual" else 1,
        "duration": str(int(recording.secs(now))),
        "source": recording.initiated_by,
        "status": recording.status,
        "track": recording.track,
        "media_url": next(iter(recording.urls(account).values())) if recording.ended_at else None,
        "error_code": None,
        "start_time": texml.moment(recording.started_at),
        "date_created": texml.moment(recording.started_at),
        "date_updated": texml.moment(recording.ended_at or recording.started_at),
        "subresources_uris": {"transcriptions": None},
        "uri": texml.uri(account, "Recordings", f"{recording.id}.json"),
    }


def render_transcription(account: Account, written: RecordingTranscription) -> Fields:
    shown = written.render(account.clock.now())
    return {
        "sid": written.id,
        "account_sid": account.ids.owner_id,
        "api_version": "v2/texml",
        "call_sid": written.call.id,
        "recording_sid": written.recording_id,
        "duration": str(int(written.duration_secs)),
        "status": shown["status"],
        "transcription_text": shown["transcription_text"],
        "date_created": texml.moment(written.created_at),
        "date_updated": texml.moment(written.created_at),
        "uri": texml.uri(account, "Transcriptions", f"{written.id}.json"),
    }


def _listed(request: Request, account: Account, recordings: list[Recording]) -> Reply:
    created = request.query.text("DateCreated")
    found = [each for each in recordings[::-1] if created is None or texml.day(each.started_at) == created[:10]]
    return texml.listed(request, "recordings", found, lambda each: render(account, each))


def _find(request: Request, account: Account) -> Recording:
    return account.find(Recording, request.ids["recording_sid"])


def _transcription(request: Request, account: Account) -> RecordingTranscription:
    return account.find(RecordingTranscription, request.ids["recording_transcription_sid"])
