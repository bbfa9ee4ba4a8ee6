"""Assistants on calls: their greetings and answers, and the calls that they make themselves."""

import re

from ...account import Account
from ...errors import SandboxError
from ..voice.call import Call
from ..voice.outbound_calls import dial
from .assistant import Assistant, Version
from .replies import greeting, reply

Fields = dict[str, object]

_DOCUMENT = re.compile(r"/v2/ai/assistants/([^/]+)/texml$")


def call_somebody(
    account: Account, assistant: Assistant, *, sender: str, recipient: str, variables: Fields | None = None
) -> Call:
    """Call somebody through the assistant's own TeXML application. Raises SandboxError if the call is refused."""
    telephony = assistant.main.settings.get("telephony_settings")
    application = telephony.get("default_texml_app_id") if isinstance(telephony, dict) else None
    settings: Fields = {"assistant": {"id": assistant.id, "dynamic_variables": variables or {}}}
    (call,) = dial(
        account,
        connection_id=str(application),
        sender=sender,
        recipients=[recipient],
        product="texml",
        settings=settings,
    )
    return call


def complete(account: Account, settings: Fields) -> Fields:
    """Add the assistant's greeting to the settings of a request that gave none."""
    known = account.collection(Assistant).get(str(settings.get("id")))
    if known is None or known.deleted_at is not None or "greeting" in settings:
        return settings
    return {**settings, "greeting": greeting(_version(known, settings), _variables(settings))}


def answer(account: Account, settings: Fields, said: str) -> str | None:
    """The assistant's answer to `said`; None if the account has no such assistant."""
    known = account.collection(Assistant).get(str(settings.get("id")))
    return None if known is None else reply(account, _version(known, settings), said, _variables(settings))


def require(account: Account, assistant_id: str) -> None:
    known = account.collection(Assistant).get(assistant_id)
    if known is None or known.deleted_at is not None:
        raise SandboxError("10005", "There is no such assistant (AIAssistantId).", pointer="/AIAssistantId")


def at(account: Account, address: str) -> str | None:
    match = _DOCUMENT.search(address)
    known = account.collection(Assistant).get(match[1]) if match else None
    return None if known is None or known.deleted_at is not None else known.id


def _version(assistant: Assistant, settings: Fields) -> Version:
    """The version that the call asked for, else the main one."""
    wanted = settings.get("version_id")
    return next((each for each in assistant.versions if each.id == wanted), assistant.main)


def _variables(settings: Fields) -> Fields:
    given = settings.get("dynamic_variables")
    return given if isinstance(given, dict) else {}
