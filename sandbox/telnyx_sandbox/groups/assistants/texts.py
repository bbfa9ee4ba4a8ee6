"""Texts that an assistant answers: from people in a conversation with it, or to messaging profiles that have one."""

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ..messaging.content import read_content
from ..messaging.inbound_message import InboundMessage, is_keyword, receive_sms
from ..messaging.messages import keep
from ..messaging.outbound_message import outgoing
from ..messaging_profiles.profiles import MessagingProfile
from .assistant import Assistant
from .chats import metadata_of
from .conversation import Conversation, begin
from .replies import reply


def receive(account: Account, person: str, phone_number: str, text: str) -> InboundMessage:
    """Receive a text from a person to one of the account's numbers; an assistant may answer. 404 for any other
    number."""
    message = receive_sms(account, person, phone_number, text)
    if not is_keyword(text):
        answer(account, message)
    return message


def answer(account: Account, message: InboundMessage) -> None:
    """Let the assistant answer. Does nothing if no assistant is concerned; a refused answer is dropped."""
    conversation = _conversation(account, message)
    assistant = _live(account, conversation.metadata.get("assistant_id")) if conversation else None
    if conversation is None or assistant is None:
        return
    said = message.content.text
    conversation.say(message.created_at, "user", said)
    if str(conversation.metadata.get("ai_disabled")).lower() == "true":
        return
    words = reply(account, assistant.main, said, conversation.metadata)
    try:
        body = Body({"from": message.recipient, "to": message.sender, "text": words})
        keep(account, [outgoing(account, body, message.sender, read_content(body), account.clock.now())])
    except SandboxError:
        return
    conversation.say(account.clock.now(), "assistant", words)


def _conversation(account: Account, message: InboundMessage) -> Conversation | None:
    """The last conversation between the two, else a new one if the number's profile has an assistant."""
    two = {"telnyx_agent_target": message.recipient, "telnyx_end_user_target": message.sender}
    wanted = {"telnyx_conversation_channel": "sms_chat", **two}.items()
    for conversation in reversed(list(account.collection(Conversation).values())):
        if wanted <= conversation.metadata.items():
            return conversation
    profile = account.collection(MessagingProfile).get(message.profile_id)
    assistant = _live(account, profile.kept.get("ai_assistant_id")) if profile else None
    if assistant is None:
        return None
    return begin(account, metadata_of(assistant, "sms_chat", message.recipient, message.sender, None))


def _live(account: Account, assistant_id: object) -> Assistant | None:
    found = account.collection(Assistant).get(str(assistant_id))
    return None if found is None or found.deleted_at is not None else found
