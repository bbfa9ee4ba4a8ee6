"""An AI assistant on a call: a conversation that goes on until it is stopped or the call ends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ..connections.connection import Connection
from .call import Call, Fields
from .calls import answer
from .commands import Command, CommandRoutes
from .events import report
from .transcription import speech_of

routes = CommandRoutes()

ANSWERS_AFTER_SECS = 1.0
GREETS_AFTER_SECS = 1.0
SPEAKS_AFTER_SECS = 4.0
REPLIES_AFTER_SECS = 2.0
GATHERS_AFTER_SECS = 6.0
DEFAULT_GREETING = "Hello, how can I help you?"
DEFAULT_ASSISTANT = "assistant-sandbox"


@dataclass(frozen=True, slots=True)
class Message:
    at: float
    role: str
    text: str


@dataclass(slots=True, eq=False)
class CallConversation:
    """`settings` are those of the assistant as the request gave them: `greeting`, `dynamic_variables`..."""

    id: str
    call: Call
    assistant_id: str
    started_at: float
    settings: Fields = field(default_factory=dict)
    spoken: list[Message] = field(default_factory=list)
    ended_at: float | None = None

    def messages(self, now: float) -> list[Message]:
        """The messages said up to now, in order of time."""
        end = now if self.ended_at is None else self.ended_at
        return sorted((each for each in self.spoken if each.at <= end), key=lambda each: each.at)

    def say(self, at: float, role: str, text: str) -> None:
        self.spoken.append(Message(at, role, text))


@dataclass(frozen=True, slots=True)
class AssistantHook:
    """Functions over an account's assistants, for calls, which know only their ids."""

    complete: Callable[[Account, Fields], Fields]
    """Adds the assistant's own settings to those of a request."""
    answer: Callable[[Account, Fields, str], str | None]
    """Gives the assistant's answer to a sentence, or None if there is no such assistant."""
    require: Callable[[Account, str], None]
    """Raises SandboxError if there is no such assistant."""
    at: Callable[[Account, str], str | None]
    """Gives the id of the assistant whose TeXML document is at an address, or None."""


def conversation_of(account: Account, call: Call) -> CallConversation | None:
    """The conversation that is going on on the call, or None."""
    for conversation in account.collection(CallConversation).values():
        if conversation.call is call and conversation.ended_at is None:
            return conversation
    return None


def begin(account: Account, call: Call, settings: Fields, moment: float) -> CallConversation:
    """Put the assistant on the call; the other party says its sentence and gets a reply."""
    settings = account.hook(AssistantHook).complete(account, settings)
    conversation = CallConversation(
        account.ids.uuid("conversation"), call, str(settings.get("id") or DEFAULT_ASSISTANT), moment, settings
    )
    account.collection(CallConversation)[conversation.id] = conversation
    greeting, said = settings.get("greeting", DEFAULT_GREETING), speech_of(call)
    if greeting:
        conversation.say(moment + GREETS_AFTER_SECS, "assistant", str(greeting))
    if said:
        conversation.say(moment + SPEAKS_AFTER_SECS, "user", said)
        conversation.say(moment + SPEAKS_AFTER_SECS + REPLIES_AFTER_SECS, "assistant", _answer(account, settings, said))
    call.closing["assistant"] = partial(_end, account, conversation, "call_hangup")
    report(account, call, "call.conversation.created", moment, **_told(conversation))
    return conversation


def ends_with(account: Account, conversation: CallConversation, reason: str, moment: float) -> None:
    conversation.call.closing.pop("assistant", None)
    _end(account, conversation, reason, moment)


@routes.command("ai_assistant_start")
def start_assistant(command: Command) -> Fields:
    if conversation_of(command.account, command.call) is not None:
        raise SandboxError("10027", "An assistant is on this call already.")
    settings = dict(command.body.fields("assistant") or {})
    if command.body.text("greeting"):
        settings["greeting"] = command.body.text("greeting")
    return {"conversation_id": begin(command.account, command.call, settings, command.now).id}


@routes.command("ai_assistant_stop")
def stop_assistant(command: Command) -> None:
    ends_with(command.account, _required(command), "assistant_stopped", command.now)


@routes.command("ai_assistant_add_messages")
def add_messages(command: Command) -> None:
    conversation = _required(command)
    for message in command.body.objects("messages"):
        conversation.say(command.now, message.required_text("role"), message.text("content") or "")
    if command.body.flag("trigger_response") is not False:
        conversation.say(command.now + REPLIES_AFTER_SECS, "assistant", "Understood.")


@routes.command("ai_assistant_join")
def join_assistant(command: Command) -> Fields:
    wanted = command.body.required_text("conversation_id")
    conversation = command.account.find(CallConversation, wanted)
    if conversation.ended_at is not None:
        raise SandboxError("10027", "The conversation has ended.", pointer="/conversation_id")
    return {"conversation_id": wanted}


@routes.command("gather_using_ai")
def gather_using_ai(command: Command) -> Fields:
    account, call, body = command.account, command.call, command.body
    history: list[Fields] = [{"role": "assistant", "content": body.text("greeting") or DEFAULT_GREETING}]
    said = speech_of(call)
    if said:
        history.append({"role": "user", "content": said})
    result = _answers(body.fields("parameters") or {}, said) if said else {}
    told: Fields = {"message_history": history, "result": result, "status": "valid" if said else "invalid"}
    call.closing["ai gather"] = partial(_gathered, account, call, {**told, "result": {}, "status": "invalid"})
    account.agenda.plan(command.now + GATHERS_AFTER_SECS, partial(_gathered, account, call, told))
    call.keep_until(command.now + GATHERS_AFTER_SECS)
    return {"conversation_id": account.ids.uuid("conversation")}


def attend(account: Account, call: Call, application: Connection) -> None:
    """Let the assistant answer a call that arrives at a TeXML application with the assistant's document."""
    address = str(application.settings.get("voice_url") or "")
    assistant_id = account.hook(AssistantHook).at(account, address)
    if assistant_id is not None:
        call.settings["assistant"] = {"id": assistant_id}
        account.agenda.plan(account.clock.now() + ANSWERS_AFTER_SECS, partial(_pick_up, account, call))


def start_asked_for(account: Account, call: Call, moment: float) -> None:
    """Start the assistant that the call was dialled or answered with, if any."""
    settings = call.settings.get("assistant")
    if isinstance(settings, dict):
        begin(account, call, settings, moment)


def _pick_up(account: Account, call: Call, moment: float) -> None:
    if call.status == "ringing":
        answer(account, call, moment)


def _answer(account: Account, settings: Fields, said: str) -> str:
    text = account.hook(AssistantHook).answer(account, settings, said)
    return f"You said: {said}" if text is None else text


def _required(command: Command) -> CallConversation:
    conversation = conversation_of(command.account, command.call)
    if conversation is None:
        raise SandboxError("10027", "No assistant is on this call.")
    return conversation


def _told(conversation: CallConversation) -> Fields:
    sip = conversation.call.other_party.startswith("sip")
    return {
        "conversation_id": conversation.id,
        "assistant_id": conversation.assistant_id,
        "calling_party_type": "sip" if sip else "pstn",
    }


def _end(account: Account, conversation: CallConversation, reason: str, moment: float) -> None:
    if conversation.ended_at is not None:
        return
    conversation.ended_at = moment
    messages = [{"role": each.role, "content": each.text} for each in conversation.messages(moment)]
    report(
        account,
        conversation.call,
        "call.conversation.ended",
        moment,
        **_told(conversation),
        duration_sec=int(moment - conversation.started_at),
        reason=reason,
        messages=messages,
        started_at=iso(conversation.started_at),
    )


def _answers(schema: Fields, said: str) -> Fields:
    """Make up a value for each property of the schema."""
    properties = schema.get("properties")
    found: Fields = {}
    for name, each in properties.items() if isinstance(properties, dict) else ():
        kind = each.get("type") if isinstance(each, dict) else None
        choices = each.get("enum") if isinstance(each, dict) else None
        usual: object = {"integer": 1, "number": 1, "boolean": True, "array": [said], "object": {}}.get(str(kind), said)
        found[str(name)] = choices[0] if isinstance(choices, list) and choices else usual
    return found


def _gathered(account: Account, call: Call, told: Fields, moment: float) -> None:
    if call.closing.pop("ai gather", None) is not None:
        report(account, call, "call.ai_gather.ended", moment, **told)
