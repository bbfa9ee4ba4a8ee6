"""Chats with an assistant, and texts that it sends first. A chat answer costs 0.001 USD, a text the usual price."""

from decimal import Decimal

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..messaging.content import read_content
from ..messaging.messages import keep
from ..messaging.outbound_message import outgoing
from ..whatsapp.number import WhatsappNumber
from ..whatsapp.template import Template
from .assistant import Assistant, find
from .conversation import Conversation, Fields, begin, find_conversation
from .replies import greeting, reply

routes = Routes()

PRICE_PER_ANSWER = Decimal("0.001")
PRICE_OF_WHATSAPP = Decimal("0.004")


@routes.post("/ai/assistants/{assistant_id}/chat")
def chat(request: Request) -> Reply:
    account, body = request.account, request.body
    assistant, said = find(account, request.ids["assistant_id"]), body.required_text("content")
    conversation = find_conversation(account, body.required_text("conversation_id"))
    if str(conversation.metadata.get("ai_disabled")).lower() == "true":
        raise SandboxError("10015", "The assistant is switched off in this conversation (ai_disabled).")
    account.charge(PRICE_PER_ANSWER)
    conversation.metadata.setdefault("assistant_id", assistant.id)
    conversation.say(account.clock.now(), "user", said)
    answer = reply(account, assistant.main, said, conversation.metadata)
    conversation.say(account.clock.now(), "assistant", answer)
    return Reply({"content": answer})


@routes.post("/ai/assistants/{assistant_id}/chat/sms", takes_idempotency_key=True)
def send_sms(request: Request) -> Reply:
    body = request.body
    conversation = text_somebody(
        request.account,
        find(request.account, request.ids["assistant_id"]),
        sender=body.required_text("from"),
        recipient=body.required_text("to"),
        text=body.text("text"),
        metadata=body.fields("conversation_metadata"),
        anew=body.flag("should_create_conversation") is True,
    )
    return Reply({"conversation_id": conversation.id})


@routes.post("/ai/assistants/{assistant_id}/chat/whatsapp", takes_idempotency_key=True)
def send_whatsapp(request: Request) -> Reply:
    account, body = request.account, request.body
    assistant, sender = find(account, request.ids["assistant_id"]), body.required_text("from")
    content = body.required_text("content")
    if not any(each.phone_number == sender for each in account.collection(WhatsappNumber).values()):
        raise SandboxError("10015", "'from' is no WhatsApp number of this account.", pointer="/from")
    now = account.clock.now()
    if not any(each.status(now) == "APPROVED" for each in account.collection(Template).values()):
        raise SandboxError("10015", "The assistant needs an approved WhatsApp template to begin with.")
    account.charge(PRICE_OF_WHATSAPP)
    metadata = metadata_of(
        assistant, "whatsapp", sender, body.required_text("to"), body.fields("conversation_metadata")
    )
    conversation = begin(account, metadata)
    conversation.say(now, "assistant", content)
    return Reply({"conversation_id": conversation.id, "message_id": account.ids.uuid("message")})


def text_somebody(
    account: Account,
    assistant: Assistant,
    *,
    sender: str,
    recipient: str,
    text: str | None,
    metadata: Fields | None = None,
    anew: bool = False,
    variables: Fields | None = None,
) -> Conversation:
    """Send the first message and keep it in the conversation. Raises SandboxError if the message is refused."""
    features = assistant.main.settings.get("enabled_features")
    if isinstance(features, list) and "messaging" not in features:
        raise SandboxError("10015", "The assistant's enabled_features do not have messaging.")
    words = text or greeting(assistant.main, variables)
    body = Body({"from": sender, "to": recipient, "text": words})
    keep(account, [outgoing(account, body, recipient, read_content(body), account.clock.now())])
    known = None if anew else _known(account, assistant, sender, recipient)
    conversation = known or begin(account, metadata_of(assistant, "sms_chat", sender, recipient, metadata))
    conversation.say(account.clock.now(), "assistant", words)
    return conversation


def _known(account: Account, assistant: Assistant, sender: str, recipient: str) -> Conversation | None:
    wanted = metadata_of(assistant, "sms_chat", sender, recipient, None).items()
    found = (each for each in account.collection(Conversation).values() if wanted <= each.metadata.items())
    return next(found, None)


def metadata_of(assistant: Assistant, channel: str, sender: str, recipient: str, more: Fields | None) -> Fields:
    return {
        **(more or {}),
        "assistant_id": assistant.id,
        "assistant_version_id": assistant.main_id,
        "telnyx_conversation_channel": channel,
        "telnyx_agent_target": sender,
        "telnyx_end_user_target": recipient,
    }
