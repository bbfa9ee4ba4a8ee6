"""Streams and SIPREC sessions by TeXML's names."""

from ...account import Account
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from . import texml
from .call import Call, Fields
from .commands import live_call
from .streams import begin, stop

routes = Routes()

_CALL = "/texml/Accounts/{account_sid}/Calls/{call_sid}"


@routes.post(f"{_CALL}/Streams.json")
def start_stream(request: Request) -> Reply:
    account, call, now = texml.account_of(request), _call(request), request.account.clock.now()
    begin(account, call, "streaming", {"stream_url": request.body.text("Url")}, now)
    sid = _remember(account, call, "stream_sid")
    return Reply({**_render(account, call, "Streams", sid, "in-progress"), "name": request.body.text("Name")})


@routes.post(f"{_CALL}/Streams/{{streaming_sid}}.json")
def stop_stream(request: Request) -> Reply:
    return _stop(request, "streaming", "stream_sid", request.ids["streaming_sid"], "Streams")


@routes.post(f"{_CALL}/Siprec.json")
def start_siprec(request: Request) -> Reply:
    account, call, now = texml.account_of(request), _call(request), request.account.clock.now()
    begin(account, call, "siprec", {}, now)
    shown = _render(account, call, "Siprec", _remember(account, call, "siprec_sid"), "in-progress")
    track = request.body.text("Track") or "both_tracks"
    return Reply({**shown, "track": track, "start_time": texml.date(now), "date_created": texml.date(now)})


@routes.post(f"{_CALL}/Siprec/{{siprec_sid}}.json")
def stop_siprec(request: Request) -> Reply:
    return _stop(request, "siprec", "siprec_sid", request.ids["siprec_sid"], "Siprec")


def _call(request: Request) -> Call:
    return live_call(request.account, request.ids["call_sid"])


def _remember(account: Account, call: Call, name: str) -> str:
    sid = account.ids.uuid(name)
    call.settings[name] = sid
    return sid


def _stop(request: Request, what: str, name: str, sid: str, path: str) -> Reply:
    account, call = texml.account_of(request), _call(request)
    if call.settings.get(name) != sid or not stop(call, what, account.clock.now()):
        raise SandboxError("10005")
    return Reply(_render(account, call, path, sid, "stopped"))


def _render(account: Account, call: Call, path: str, sid: str, status: str) -> Fields:
    now = account.clock.now()
    return {
        "sid": sid,
        "account_sid": account.ids.owner_id,
        "call_sid": call.id,
        "status": status,
        "date_updated": texml.moment(now) if path == "Streams" else texml.date(now),
        "uri": texml.uri(account, "Calls", call.id, path, f"{sid}.json"),
    }
