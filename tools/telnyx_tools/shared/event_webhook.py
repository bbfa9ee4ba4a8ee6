"""The webhook of one message or call: the URL to which Telnyx sends its events, which may be this server's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.results.result import objects, unwrapped
from telnyx_tools.tool.context import Inbox

EventsHere = bool | None
"""Whether Telnyx sends the events to this server. None: only if no other URL is set for them.

The argument has no description: the tools that wait for events say what it does.
"""
UNREACHABLE: Final = "No webhook was set: Telnyx cannot reach this server, so wait_for_event asks Telnyx instead."
PROFILE: Final = "/messaging_profiles/{messaging_profile_id}"
NUMBERS: Final = "/phone_numbers/messaging"
APPLICATION: Final = "/call_control_applications/{id}"


class DefaultWebhook(Protocol):
    """The webhook that Telnyx uses where a request names none."""

    @property
    def name(self) -> str: ...

    async def is_unclaimed(self) -> bool:
        """Whether it has neither a URL nor a failover URL. Raises a TelnyxError."""
        ...


@dataclass(frozen=True, slots=True)
class ProfileWebhook:
    """The webhook of the messaging profile of a message: the profile given, else that of the number it is sent from."""

    telnyx: Telnyx
    messaging_profile_id: str | None
    sender: str | None

    @property
    def name(self) -> str:
        return f"message {self.messaging_profile_id or self.sender}"

    async def is_unclaimed(self) -> bool:
        id_ = self.messaging_profile_id or await self._profile_of_sender()
        if id_ is None:
            return False
        profile = unwrapped(await self.telnyx.get(PROFILE, messaging_profile_id=id_))
        return _is_unclaimed(profile, "webhook_url", "webhook_failover_url")

    async def _profile_of_sender(self) -> str | None:
        answer = await self.telnyx.get(NUMBERS, query={"filter": {"phone_number": self.sender}})
        found = [each for each in objects(answer) if each.get("phone_number") == self.sender]
        return str(found[0].get("messaging_profile_id") or "") or None if found else None


@dataclass(frozen=True, slots=True)
class ApplicationWebhook:
    """The webhook of the application that a call goes through."""

    telnyx: Telnyx
    connection_id: str

    @property
    def name(self) -> str:
        return f"call {self.connection_id}"

    async def is_unclaimed(self) -> bool:
        application = unwrapped(await self.telnyx.get(APPLICATION, id=self.connection_id))
        return _is_unclaimed(application, "webhook_event_url", "webhook_event_failover_url")


def _is_unclaimed(resource: object, *url_fields: str) -> bool:
    """Whether the profile or application has no webhook URL, and sends events in the version that this server reads."""
    known: Mapping[str, Any] = resource if isinstance(resource, dict) and resource.get("id") else {}
    has_any = any(known.get(name) for name in url_fields)
    return bool(known) and not has_any and known.get("webhook_api_version") in (None, "2")


async def webhook_for(
    inbox: Inbox, events: bool | None, webhook_url: str | None, default: DefaultWebhook | None
) -> tuple[str | None, str | None]:
    """The webhook URL to send with one request, and a note if it should be this server's and cannot be.

    If the caller gives neither `events` nor `webhook_url`, the URL is this server's if the `default` is unclaimed; none
    if there is no `default`. Raises InvalidArguments if both are given, and what `Inbox.webhook_url` raises.
    """
    if events is None and webhook_url is None and default is not None:
        return await inbox.unclaimed_url(default.name, default.is_unclaimed), None
    if not events:
        return webhook_url, None
    if webhook_url is not None:
        raise InvalidArguments([Problem("events", "Give events or webhook_url: one URL is told.")])
    url = await inbox.webhook_url()
    return url, None if url is not None else UNREACHABLE
