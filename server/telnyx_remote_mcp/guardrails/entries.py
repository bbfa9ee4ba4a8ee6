"""The audit log entry of a call: who called what, whom it reached and how it ended, but none of its contents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.fingerprint import account, digest, keyed
from telnyx_remote_mcp.guardrails.recipients import Recipient, recipients
from telnyx_tools.results.answer import Answer
from telnyx_tools.results.result import Result

MOST_TARGETS: Final = 20
"""The most recipients that a record lists; it also has the number of all if there are more."""
_MOST_IDS: Final = 8
_ID_NAME: Final = re.compile(r"id|.*(_id|_ids|_sid|_name)|key")
_ID: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9:._\-]{0,99}")
"""An id has a letter in it, since digits alone may be a phone number."""
_AGENT: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9:._/\-]{0,99}")
"""The id of an agent: as `_ID`, and slashes too. No person's name, phone number or address matches."""
_NAMED: Final = frozenset({"bucket_name", "queue_name", "media_name"})
"""Arguments called a name whose value is an id; other names are chosen by people."""
_LONGEST: Final = 60
_ACCOUNT_CHARACTERS: Final = 16


def entry(call: Call, key: bytes) -> dict[str, object]:
    """The members that every record of the call has; empty ones are left out."""
    action, caller, client = call.action, call.caller, call.client
    reached = recipients(call)
    members: dict[str, object | None] = {
        "call": call.request_id,
        "who": who(account(call), key),
        "lane": caller.lane,
        "grant": caller.grant_id,
        "client": f"{client.name[:_LONGEST]} {client.version[:_LONGEST]}".strip(),
        "agent": client.agent if _AGENT.fullmatch(client.agent) else None,
        "tool": action.name,
        "via": call.parent.action.name if call.parent is not None else None,
        "effect": action.effect.value,
        "to": [_target(one, key) for one in reached[:MOST_TARGETS]],
        "reached": len(reached) if len(reached) > MOST_TARGETS else None,
        "ids": dict(_ids(call.arguments)),
        "arguments": digest(call, key),
        "asked": call.agreement.rules if call.agreement is not None else None,
        "approved": call.agreement.by if call.agreement is not None else None,
        "answered": sorted({answer.action for answer in call.answers.values()}),
    }
    return {name: value for name, value in members.items() if value}


@lru_cache(maxsize=1024)
def who(account: str, key: bytes) -> str:
    """The name of an account in the log: the beginning of a keyed hash."""
    return keyed(key, "who", account)[:_ACCOUNT_CHARACTERS]


def target_id(value: str, key: bytes) -> str:
    """The keyed hash of an address in the log, by which somebody who knows the address can find it."""
    return keyed(key, "target", value)[:32]


def cost(result: Result) -> str | None:
    """The cost of the call as its result states it, such as `0.004 USD`; None if it states none."""
    holder = result.data if isinstance(result, Answer) else result
    if isinstance(holder, BaseModel) and "cost" not in holder.model_fields_set:
        return None
    told = holder.get("cost") if isinstance(holder, dict) else getattr(holder, "cost", None)
    fields = dict(told) if isinstance(told, BaseModel | dict) else {"amount": told}
    amount, currency = fields.get("amount"), fields.get("currency")
    if not isinstance(amount, str | int | float) or not re.fullmatch(r"[0-9.]{1,20}", str(amount)):
        return None
    return f"{amount} {currency}" if re.fullmatch(r"[A-Z]{3}", str(currency)) else str(amount)


def masked(recipient: Recipient) -> str:
    """An address as far as it may be shown: some digits of a number; the host of an email, SIP or URL address."""
    value = recipient.value
    match recipient.kind:
        case "phone":
            return f"{value[:3]}…{value[-2:]}" if len(value) > 8 else "short code"
        case "email":
            return f"…@{value.rpartition('@')[2]}"
        case "sip":
            return f"sip:…@{value.rpartition('@')[2].removeprefix('sip:').removeprefix('sips:')}"
        case "url":
            parts = urlsplit(value)
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"
        case "other":
            return "…"


def _target(recipient: Recipient, key: bytes) -> dict[str, str]:
    return {"kind": recipient.kind, "masked": masked(recipient), "id": target_id(recipient.value, key)}


@lru_cache(maxsize=4096)
def _is_id(name: str) -> bool:
    return _ID_NAME.fullmatch(name) is not None


def _ids(arguments: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The ids of what the call was about, from a tool's arguments or the path of an operation."""
    path: Any = arguments.get("path")
    given = {**arguments, **(path if isinstance(path, dict) else {})}
    named = [(name, value) for name, value in given.items() if _is_id(name)]
    for name, value in named[:_MOST_IDS]:
        plain = not name.endswith("_name") or name in _NAMED
        if plain and isinstance(value, str) and _ID.fullmatch(value):
            yield name, value
