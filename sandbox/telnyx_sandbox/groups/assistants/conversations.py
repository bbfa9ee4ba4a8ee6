"""Conversations: listed by PostgREST's filters, read, added to."""

from collections.abc import Callable
from functools import partial

from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .conversation import Conversation, Fields, Said, begin, conversations_of, find_conversation
from .postgrest import filtered, ordered

routes = Routes()

_METADATA = (
    "assistant_id",
    "assistant_version_id",
    "call_control_id",
    "telnyx_agent_target",
    "telnyx_conversation_channel",
    "telnyx_end_user_target",
)


def _of_metadata(name: str, conversation: Conversation) -> object:
    return conversation.metadata.get(name)


_FIELDS: dict[str, Callable[[Conversation], object]] = {
    "id": lambda conversation: conversation.id,
    "name": lambda conversation: conversation.name,
    "created_at": lambda conversation: iso(conversation.created_at),
    "last_message_at": lambda conversation: iso(conversation.last_message_at),
    **{f"metadata->{name}": partial(_of_metadata, name) for name in _METADATA},
}


@routes.get("/ai/conversations")
def list_conversations(request: Request) -> Reply:
    found = filtered(request.query, conversations_of(request.account), _FIELDS)
    return Reply({"data": [each.render() for each in ordered(request.query, found, _FIELDS)]})


@routes.post("/ai/conversations", takes_idempotency_key=True)
def create_conversation(request: Request) -> Reply:
    body = request.body
    return Reply(begin(request.account, body.fields("metadata") or {}, body.text("name")).render())


@routes.get("/ai/conversations/{conversation_id}")
def get_conversation(request: Request) -> Reply:
    return data(_conversation(request).render())


@routes.put("/ai/conversations/{conversation_id}")
def update_conversation(request: Request) -> Reply:
    conversation = _own(request)
    conversation.metadata = {**conversation.metadata, **(request.body.fields("metadata") or {})}
    return data(conversation.render())


@routes.delete("/ai/conversations/{conversation_id}")
def delete_conversation(request: Request) -> Reply:
    del request.account.collection(Conversation)[_own(request).id]
    return Reply(None, 204)


@routes.get("/ai/conversations/{conversation_id}/messages")
def list_messages(request: Request) -> Reply:
    return numbered(request, _conversation(request).said, Said.render)


@routes.post("/ai/conversations/{conversation_id}/message", takes_idempotency_key=True)
def add_message(request: Request) -> Reply:
    conversation, body = _own(request), request.body
    conversation.say(request.account.clock.now(), body.required_text("role"), body.text("content") or "")
    return Reply(None, 204)


@routes.get("/ai/conversations/{conversation_id}/conversations-insights")
def list_insights(request: Request) -> Reply:
    found: list[Conversation] = [_conversation(request)]
    return numbered(request, found, partial(_insights, request))


def _insights(request: Request, conversation: Conversation) -> Fields:
    return conversation.render_insights(request.account)


def _conversation(request: Request) -> Conversation:
    return find_conversation(request.account, request.ids["conversation_id"])


def _own(request: Request) -> Conversation:
    """Find a conversation that is not on a call; messages cannot be added to one on a call."""
    conversation = _conversation(request)
    if conversation.id not in request.account.collection(Conversation):
        raise SandboxError("10015", "The conversation of a call cannot be changed.")
    return conversation
