"""Recipients: the people and addresses that a call reaches, found in its arguments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from pydantic import BaseModel

from telnyx_remote_mcp.calls.call import Call
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect

Kind = Literal["phone", "email", "sip", "url", "other"]

RECIPIENT_ARGUMENTS: Final = frozenset(
    {"to", "cc", "bcc", "destination", "destinations", "recipient", "recipients", "sip_address", "forwards_to"}
    | {"telnyx_end_user_target", "channel_destination", "fax_email_recipient"}
)
"""Arguments that name recipients, in any spelling: `To`, `forwardsTo`. Everything inside them counts too."""
CODE_RECIPIENT_ARGUMENTS: Final = frozenset({"phone_number", "phone_numbers", "email"})
"""Arguments that name recipients only in calls that send a code or an invitation."""
NAMES: Final = frozenset({"name", "display_name"})
"""Names of a recipient that stand beside the address."""
INSTRUCTIONS: Final = frozenset({"texml", "twiml", "rx", "tx"})
"""Arguments whose text says what a phone call does next, or where its audio goes."""

_SENDS_A_CODE: Final = re.compile(
    r"POST /(verifications/|verified_numbers$|bot_signup|.*/(verification_codes(/send)?|resend_verification)$"
    r"|rcs/.*/test_devices$|whatsapp/business_accounts/\{id\}/phone_numbers$)|PUT /messaging/rcs/test_number_invite/"
)
_CAPITALS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_URL: Final = re.compile(r"(?:(?:https?|wss?|ftps?|sftp|rtmps?|s3)://|(?:udp|tcp|tls):)[^\s\"'<>]+", re.IGNORECASE)
_SIP: Final = re.compile(r"sips?:(?:[^@\s,;]*@)?[^\s,;?<>\"]+", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[^\s@<>,;\"']+@[^\s@<>,;\"']+\.[^\s@<>,;\"']+")
_PHONE: Final = re.compile(r"(?:tel:|whatsapp:)?(\+|00)?(\(?[0-9][0-9 ().\-]*)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:tel:|whatsapp:)?\+?\(?[0-9][0-9 ().\-]{6,24}", re.IGNORECASE)
_NAMED: Final = re.compile(r"[^<>]*<[^<>\s]+@[^<>\s]+>\s*")
_FILE: Final = re.compile(r"(?:^|[._])(?:object_name|file_?name|key|path|prefix)$")
"""Arguments that name a file: `video.mp4` looks like a host but is not one."""
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+\.?(?::[0-9]{1,5})?|[0-9a-f:]*:[0-9a-f:]+", re.IGNORECASE)
_LONGEST_ADDRESS: Final = 255
_LONGEST_SHORT_CODE: Final = 9
_NATIONAL: Final = 10
"""Digits of a number without country code: Telnyx reads it as North American."""
_DIALS: Final = re.compile(r"<(?:dial|number|sip|refer|message|sms)\b([^>]*)>([^<]*)", re.IGNORECASE)
_TO: Final = re.compile(r"""\bto\s*=\s*["']([^"']*)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody or something that a call reaches. `key` is the path of the argument, such as `body.to[0].email`.

    A `phone` is E.164 or a short code. An `email` or a `sip` URI is in lower case, without display name and parameters.
    A `url` is as written. Anything else, such as a WhatsApp user id, is `other`, so that no recipient is lost.
    """

    kind: Kind
    value: str
    key: str

    def __repr__(self) -> str:
        return f"<{self.kind} at {self.key}>"


def recipients(call: Call) -> tuple[Recipient, ...]:
    """All recipients of the call, each once, in the order of its arguments.

    These are the addresses in arguments that name recipients, those that TeXML instructions dial, and every argument
    that is a URL. An id to reply to, and words in free text, do not count. A read reaches nobody.
    """
    if call.action.effect is Effect.READ:
        return ()
    found: dict[tuple[Kind, str], Recipient] = {}
    for recipient in _inside(dict(call.arguments), "", False, _reached_by(call.action)):
        found.setdefault((recipient.kind, recipient.value), recipient)
    return tuple(found.values())


def other_addresses(call: Call) -> tuple[Recipient, ...]:
    """The other addresses among the arguments: every argument that is an address as a whole, such as a host to route to
    or a number to present.

    The call itself does not reach these. But it may send later traffic there, to whoever gave the agent the address.
    """
    if call.action.effect is Effect.READ:
        return ()
    found: dict[tuple[Kind, str], Recipient] = {}
    for text, key in _texts_inside(dict(call.arguments), ""):
        plain = unicodedata.normalize("NFKC", text).strip()
        if len(plain) > _LONGEST_ADDRESS or (_FILE.search(key) and _HOST.fullmatch(plain)):
            continue
        for kind, value in _address(plain):
            found.setdefault((kind, value), Recipient(kind, value, key))
    return tuple(found.values())


def _address(plain: str) -> list[tuple[Kind, str]]:
    """The address that a text consists of; empty if it is not just an address."""
    if _HOST.fullmatch(plain):
        return [("other", plain.lower())]
    if (
        _NUMBER.fullmatch(plain)
        or (":" in plain and _SIP.fullmatch(plain))
        or _EMAIL.fullmatch(plain)
        or _NAMED.fullmatch(plain)
    ):
        return addresses(plain)
    return []


def _texts_inside(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield value, key
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts_inside(item, f"{key}[{index}]")
    elif isinstance(value, dict | BaseModel):
        for name, item in value.items() if isinstance(value, dict) else value:
            if item and item is not True:
                yield from _texts_inside(item, f"{key}.{name}" if key else str(name))


def _reached_by(action: Action) -> frozenset[str]:
    sends = any(_SENDS_A_CODE.match(call) for call in action.calls)
    return RECIPIENT_ARGUMENTS | CODE_RECIPIENT_ARGUMENTS if sends else RECIPIENT_ARGUMENTS


def _inside(value: object, key: str, reached: bool, names: frozenset[str]) -> Iterator[Recipient]:
    """The recipients in a value. `reached` says that it is inside an argument that names recipients."""
    if isinstance(value, str):
        yield from _in_text(value, key, reached)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _inside(item, f"{key}[{index}]", reached, names)
    elif isinstance(value, dict | BaseModel):
        for name, item in value.items() if isinstance(value, dict) else value:
            if item and item is not True and not (reached and name in NAMES):
                inner = f"{key}.{name}" if key else str(name)
                yield from _inside(item, inner, reached or _plain(str(name)) in names, names)


def _in_text(text: str, key: str, reached: bool) -> Iterator[Recipient]:
    if reached:
        yield from (Recipient(kind, value, key) for kind, value in addresses(text))
    elif _plain(key.rpartition(".")[2]) in INSTRUCTIONS:
        yield from (Recipient(kind, value, key) for kind, value in _dialled(text))
    elif ":" in text and _URL.fullmatch(text.strip()):
        yield Recipient("url", text.strip(), key)


def addresses(text: str) -> list[tuple[Kind, str]]:
    """The address in a text, normalized; several if they are emails, none if the text is blank."""
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return []
    if _URL.fullmatch(text):
        return [("url", text)]
    if (sip := _SIP.match(text)) is not None:
        return [_sip(sip[0])]
    if emails := _EMAIL.findall(text):
        return [("email", email.lower()) for email in emails]
    number = phone(text.partition(",")[0])  # after a comma come tones to send
    return [("phone", number)] if number is not None else [("other", text)]


def phone(text: str) -> str | None:
    """The phone number as E.164, or the short code, in a text; None for any other text."""
    match = _PHONE.fullmatch(text.strip())
    if match is None:
        return None
    digits = re.sub(r"[^0-9]", "", match[2])
    if match[1] is None and len(digits) <= _LONGEST_SHORT_CODE:
        return digits
    return f"+1{digits}" if match[1] is None and len(digits) == _NATIONAL else f"+{digits}"


def _sip(uri: str) -> tuple[Kind, str]:
    """A SIP URI; or a phone number, if the URI makes Telnyx call one."""
    user, at, host = uri.partition(":")[2].rpartition("@")
    number = phone(user) if at and host.lower().partition(":")[0].endswith("telnyx.com") else None
    return ("phone", number) if number is not None else ("sip", uri.lower())


def _dialled(markup: str) -> Iterator[tuple[Kind, str]]:
    """Find the recipients that a TeXML document dials or messages, and every URL in it."""
    for attributes, text in _DIALS.findall(markup):
        for written in (*_TO.findall(attributes), text):
            yield from (found for found in addresses(written) if found[0] in ("phone", "sip"))
    yield from (("url", url) for url in _URL.findall(markup))


@lru_cache(maxsize=1024)
def _plain(name: str) -> str:
    """The name of an argument in snake case, without an index."""
    return _CAPITALS.sub("_", name.partition("[")[0]).replace("-", "_").lower()
