"""The events of one call or message, told to this server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.results.result import objects, unwrapped
from telnyx_tools.tool.context import Inbox

ToldHere = bool | None
"""Whether this server is told of the events; None: where nobody else is. It is not described: the tools that wait for
them say what it does."""
UNREACHABLE: Final = "No webhook was set: Telnyx cannot reach this server, so wait_for_event asks Telnyx instead."
PROFILE: Final = "/messaging_profiles/{messaging_profile_id}"
NUMBERS: Final = "/phone_numbers/messaging"
APPLICATION: Final = "/call_control_applications/{id}"


class Setting(Protocol):
    """What a request goes through, and who hears of it where the request itself names nobody."""

    @property
    def name(self) -> str: ...

    async def tells_nobody(self) -> bool:
        """Whether it has neither a webhook nor a failover. Raises a TelnyxError."""
        ...


@dataclass(frozen=True, slots=True)
class MessageSetting:
    """The messaging profile of a message: the one that is given, else that of the number it is sent from."""

    telnyx: Telnyx
    messaging_profile_id: str | None
    sender: str | None

    @property
    def name(self) -> str:
        return f"message {self.messaging_profile_id or self.sender}"

    async def tells_nobody(self) -> bool:
        id_ = self.messaging_profile_id or await self._profile_of_sender()
        if id_ is None:
            return False
        profile = unwrapped(await self.telnyx.get(PROFILE, messaging_profile_id=id_))
        return _tells_nobody(profile, "webhook_url", "webhook_failover_url")

    async def _profile_of_sender(self) -> str | None:
        answer = await self.telnyx.get(NUMBERS, query={"filter": {"phone_number": self.sender}})
        found = [each for each in objects(answer) if each.get("phone_number") == self.sender]
        return str(found[0].get("messaging_profile_id") or "") or None if found else None


@dataclass(frozen=True, slots=True)
class CallSetting:
    """The application of a call."""

    telnyx: Telnyx
    connection_id: str

    @property
    def name(self) -> str:
        return f"call {self.connection_id}"

    async def tells_nobody(self) -> bool:
        application = unwrapped(await self.telnyx.get(APPLICATION, id=self.connection_id))
        return _tells_nobody(application, "webhook_event_url", "webhook_event_failover_url")


def _tells_nobody(setting: object, *addresses: str) -> bool:
    """Whether it has none of the addresses, and would tell in the form that this server reads."""
    known: Mapping[str, Any] = setting if isinstance(setting, dict) and setting.get("id") else {}
    has_any = any(known.get(name) for name in addresses)
    return bool(known) and not has_any and known.get("webhook_api_version") in (None, "2")


async def webhook_for(
    inbox: Inbox, events: bool | None, webhook_url: str | None, setting: Setting | None
) -> tuple[str | None, str | None]:
    """The webhook of one request, and a note where it was to be this server and cannot.

    Where nobody says, it is this server if the `setting` tells nobody else; without a setting none. Raises
    InvalidArguments where two are asked for, and what `Inbox.webhook_url` raises.
    """
    if events is None and webhook_url is None and setting is not None:
        return await inbox.unclaimed_url(setting.name, setting.tells_nobody), None
    if not events:
        return webhook_url, None
    if webhook_url is not None:
        raise InvalidArguments([Problem("events", "Give events or webhook_url: one URL is told.")])
    url = await inbox.webhook_url()
    return url, None if url is not None else UNREACHABLE
