"""The TeXML API for calls: the same calls as elsewhere, under other names. `texml_document` lists the supported
verbs."""

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..connections.kinds import TEXML
from . import texml
from .assistant import AssistantHook
from .call import DEFAULT_TIME_LIMIT_SECS, DEFAULT_TIMEOUT_SECS, Call, Ending, Fields
from .calls import end
from .costs import cost_of
from .events import note
from .outbound_calls import dial, require_kind
from .texml_document import follow, verbs_of

routes = Routes()

STATUSES = {
    "user_busy": "busy",
    "timeout": "no-answer",
    "no_answer": "no-answer",
    "originator_cancel": "canceled",
    "normal_clearing": "completed",
    "time_limit": "completed",
}
DETECTION = {
    ("Enable", "Premium"): "premium",
    ("DetectMessageEnd", "Premium"): "premium",
    ("Enable", "Regular"): "detect",
    ("DetectMessageEnd", "Regular"): "greeting_end",
    ("Enable", "PremiumCallScreening"): "premium_ios_call_screening_detection",
    ("DetectMessageEnd", "PremiumCallScreening"): "premium_ios_call_screening_detection",
}


@routes.post("/texml/calls/{connection_id}")
def place_call(request: Request) -> Reply:
    return _placed(request, request.ids["connection_id"], {})


@routes.post("/texml/ai_calls/{connection_id}")
def place_ai_call(request: Request) -> Reply:
    body = request.body
    variables = body.fields("AIAssistantDynamicVariables") or {}
    assistant_id = body.required_text("AIAssistantId")
    request.account.hook(AssistantHook).require(request.account, assistant_id)
    version = body.text("AIAssistantVersion")
    assistant: Fields = {"id": assistant_id, "dynamic_variables": variables, "version_id": version}
    return _placed(request, request.ids["connection_id"], {"assistant": assistant})


@routes.post("/texml/Accounts/{account_sid}/Calls")
def place_account_call(request: Request) -> Reply:
    texml.account_of(request)
    return _placed(request, request.body.required_text("ApplicationSid"), {})


@routes.get("/texml/Accounts/{account_sid}/Calls")
def list_calls(request: Request) -> Reply:
    account, query = texml.account_of(request), request.query
    status, sender, recipient = query.text("Status"), query.text("From"), query.text("To")
    calls = [
        call
        for call in reversed(list(account.collection(Call).values()))
        if call.product == "texml"
        and status in (None, status_of(call))
        and sender in (None, call.sender)
        and recipient in (None, call.recipient)
        and _within(request, "StartTime", call.created_at)
        and _within(request, "EndTime", call.ended_at)
    ]
    return texml.listed(request, "calls", calls, lambda call: render(account, call))


@routes.get("/texml/Accounts/{account_sid}/Calls/{call_sid}")
def get_call(request: Request) -> Reply:
    account = texml.account_of(request)
    return Reply(render(account, find(account, request.ids["call_sid"])))


@routes.post("/texml/Accounts/{account_sid}/Calls/{call_sid}")
def update_call(request: Request) -> Reply:
    account, now = texml.account_of(request), request.account.clock.now()
    call = find(account, request.ids["call_sid"])
    if call.ended:
        raise SandboxError("90018")
    document = request.body.text("Texml")
    if document is not None:
        verbs_of(document)
    note(account, call, "update", now, {})
    if request.body.text("Status") in ("canceled", "completed"):
        cancelled = call.answered_at is None
        ending = Ending("originator_cancel", call.own_side, "487") if cancelled else Ending(source=call.own_side)
        end(account, call, now, ending)
    elif document is not None:
        call.settings["texml"] = document
        if call.answered_at is not None:
            follow(account, call, document, now)
    return Reply(render(account, call))


def find(account: Account, call_sid: str) -> Call:
    return account.find(Call, call_sid)


def status_of(call: Call) -> str:
    if call.ending is not None:
        return STATUSES.get(call.ending.cause, "failed")
    return "ringing" if call.answered_at is None else "in-progress"


def render(account: Account, call: Call) -> Fields:
    ended = call.ended_at is not None
    return {
        "sid": call.id,
        "account_sid": account.ids.owner_id,
        "status": status_of(call),
        "direction": "outbound" if call.direction == "outgoing" else "inbound",
        "from": call.sender,
        "from_formatted": call.sender,
        "to": call.recipient,
        "to_formatted": call.recipient,
        "answered_by": call.answered_by,
        "caller_name": None,
        "duration": str(call.duration_secs(account.clock.now())),
        "price": str(cost_of(call)) if ended else None,
        "price_unit": "USD",
        "start_time": texml.date(call.answered_at),
        "end_time": texml.date(call.ended_at),
        "date_created": texml.date(call.created_at),
        "date_updated": texml.date(call.ended_at or call.answered_at or call.created_at),
        "uri": texml.uri(account, "Calls", call.id),
    }


def _placed(request: Request, connection_id: str, settings: Fields) -> Reply:
    account, body = request.account, request.body
    require_kind(account, connection_id, TEXML)
    document = body.text("Texml")
    if document is not None:
        verbs_of(document)
        settings = {**settings, "texml": document}
    (call,) = dial(
        account,
        connection_id=connection_id,
        sender=body.required_text("From"),
        recipients=[body.required_text("To")],
        product="texml",
        timeout_secs=body.integer("Timeout") or DEFAULT_TIMEOUT_SECS,
        time_limit_secs=body.integer("TimeLimit") or DEFAULT_TIME_LIMIT_SECS,
        settings={**_asked_for(body), **settings},
    )
    note(account, call, "dial", call.created_at, {"From": call.sender, "To": call.recipient})
    return Reply({"call_sid": call.id, "from": call.sender, "to": call.recipient, "status": "queued"})


def _asked_for(body: Body) -> Fields:
    """The settings for what begins with the answer, by the names of `POST /calls`."""
    mode = DETECTION.get((body.text("MachineDetection") or "Disable", body.text("DetectionMode") or "Regular"))
    settings: Fields = {"answering_machine_detection": mode}
    if body.flag("Record"):
        channels = "dual" if body.text("RecordingChannels") == "dual" else "single"
        settings |= {"record": "record-from-answer", "record_channels": channels}
    return settings


def _within(request: Request, name: str, moment: float | None) -> bool:
    """True if the moment fits the query's day: on it, before it (`<`) or after it (`>`)."""
    for operator in ("", "<", ">"):
        wanted = request.query.text(f"{name}{operator}")
        if wanted is None:
            continue
        if moment is None:
            return False
        day, limit = texml.day(moment), wanted[:10]
        if not {"": day == limit, "<": day < limit, ">": day > limit}[operator]:
            return False
    return True
