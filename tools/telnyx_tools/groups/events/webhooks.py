"""Webhooks: the URLs that the events of an account go to, of this server or of somebody's own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from telnyx_tools.api.call import READ_SECS
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.events import events
from telnyx_tools.results.result import Result, objects, shape, unwrapped
from telnyx_tools.tool.context import Inbox
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import CallControlApplicationId, MessagingProfileId, WhatsappAccountId

MOST_SHOWN: Final = 50
UNREACHABLE: Final = (
    "This server has no address that Telnyx can reach, so it asks Telnyx instead: wait_for_event and list_events work, "
    "messages that come in are found with their detail records, minutes later. Whoever runs it can give it one with "
    "--public-url."
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Something whose events go to a URL: how it is read and changed, and the fields that say where to."""

    name: Literal["messaging_profile", "call_control_application", "whatsapp_account"]
    path: str
    id_name: str
    url: str
    failover: str
    here: Mapping[str, Any]
    repeated: tuple[str, ...] = ()
    """Fields that each change has to name."""

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.url, self.failover, *self.here)

    def addresses(self, of: Mapping[str, Any]) -> set[str]:
        """Where the events go: its webhook, and the one that is tried next."""
        return {str(of[name]) for name in (self.url, self.failover) if of.get(name)}


PROFILE: Final = _Kind(
    "messaging_profile",
    "/messaging_profiles/{messaging_profile_id}",
    "messaging_profile_id",
    "webhook_url",
    "webhook_failover_url",
    {"webhook_api_version": "2"},
)
APPLICATION: Final = _Kind(
    "call_control_application",
    "/call_control_applications/{id}",
    "id",
    "webhook_event_url",
    "webhook_event_failover_url",
    {"webhook_api_version": "2"},
    ("application_name",),
)
WHATSAPP: Final = _Kind(
    "whatsapp_account",
    "/whatsapp/business_accounts/{id}/settings",
    "id",
    "webhook_url",
    "webhook_failover_url",
    {"webhook_enabled": True},
)


class Webhook(Result):
    kind: str | None = None
    id: str | None = None
    name: str | None = None
    webhook_url: str | None = Field(None, description="absent: nobody is told")
    here: bool | None = Field(None, description="true: to this server")
    restorable: bool | None = Field(None, description="true: set_up_webhooks with restore gives it back what it had")


class WebhookSetup(Result):
    inbox_url: str | None = Field(None, description="of this account at this server; absent: it cannot be reached")
    refused_today: int | None = Field(None, description="webhooks that the account's key had not signed")
    webhooks: list[Webhook] | None = None
    note: str | None = None


@events.tool(
    effect=Effect.READ, scope="reporting.read", calls=("GET /messaging_profiles", "GET /call_control_applications")
)
async def get_webhook_setup(telnyx: Telnyx, inbox: Inbox) -> WebhookSetup:
    """Where messaging profiles and call applications send their events, and whether that is this server."""
    url, note = await _inbox_url(inbox)
    profiles, applications = await asyncio.gather(
        telnyx.get("/messaging_profiles", query={"page": {"size": MOST_SHOWN}}),
        telnyx.get("/call_control_applications", query={"page": {"size": MOST_SHOWN}}),
    )
    found = [(PROFILE, each) for each in objects(profiles)] + [(APPLICATION, each) for each in objects(applications)]
    return WebhookSetup(
        inbox_url=url,
        refused_today=await inbox.refused() if url is not None else None,
        webhooks=[await _shown(inbox, kind, raw, url) for kind, raw in found],
        note=note,
    )


@events.tool(
    effect=Effect.WRITE,
    scope="messaging.write",
    calls=tuple(f"{method} {kind.path}" for kind in (PROFILE, APPLICATION, WHATSAPP) for method in ("PATCH", "GET")),
    idempotent=True,
    borrowed={
        "messaging_profile_id": "messaging",
        "application_id": "call_control",
        "waba_id": "whatsapp",
    },
    borrowed_effect=Effect.WRITE,
)
async def set_up_webhooks(
    telnyx: Telnyx,
    inbox: Inbox,
    messaging_profile_id: MessagingProfileId | None = None,
    application_id: CallControlApplicationId | None = None,
    waba_id: WhatsappAccountId | None = None,
    replace: Annotated[bool, Field(description="take its events from the webhook that it has; ask the user")] = False,
    restore: Annotated[bool, Field(description="give it back what it had before")] = False,
) -> Webhook:
    """Send the events of a messaging profile, call application or WhatsApp account to this server. What was set before
    is kept, for restore."""
    kind, id_ = _chosen(messaging_profile_id, application_id, waba_id)
    url = await inbox.webhook_url()
    ids = {kind.id_name: id_}
    raw = unwrapped(await telnyx.get(kind.path, query=None, timeout_secs=READ_SECS, **ids))
    now: dict[str, Any] = raw if isinstance(raw, dict) else {}
    if restore:
        change = await _before(inbox, kind, id_, now, url, replace=replace)
    else:
        change = await _taken_over(inbox, kind, id_, now, url, replace=replace)
    body = {**{name: now.get(name) for name in kind.repeated}, **change}
    answer = unwrapped(await telnyx.patch(kind.path, body=body, query=None, timeout_secs=READ_SECS, **ids))
    if restore:
        await inbox.remember(f"{kind.name} {id_}", None)
    after = {**now, **change, **(answer if isinstance(answer, dict) else {}), "id": id_}
    return await _shown(inbox, kind, after, url)


def _chosen(messaging_profile_id: str | None, application_id: str | None, waba_id: str | None) -> tuple[_Kind, str]:
    given = [
        (kind, id_)
        for kind, id_ in ((PROFILE, messaging_profile_id), (APPLICATION, application_id), (WHATSAPP, waba_id))
        if id_ is not None
    ]
    if len(given) != 1:
        raise InvalidArguments([Problem("messaging_profile_id", "Give one of the three ids, and only one.")])
    return given[0]


async def _taken_over(
    inbox: Inbox, kind: _Kind, id_: str, now: Mapping[str, Any], url: str | None, *, replace: bool
) -> dict[str, Any]:
    """The change that points it here. What it had is kept first, unless that was here too."""
    if url is None:
        raise InvalidArguments([Problem("restore", f"Nothing to set up. {UNREACHABLE}")])
    if now.get(kind.url) == url:
        return {kind.url: url, **kind.here}
    if kind.addresses(now) - {url} and not replace:
        hint = "It has a webhook, which would hear no more. If the user wants that, call with replace."
        raise InvalidArguments([Problem("replace", hint)])
    await inbox.remember(f"{kind.name} {id_}", {name: now.get(name) for name in kind.fields})
    return {kind.url: url, kind.failover: "", **kind.here}


async def _before(
    inbox: Inbox, kind: _Kind, id_: str, now: Mapping[str, Any], url: str | None, *, replace: bool
) -> dict[str, Any]:
    """The change that gives it back what it had. What somebody set since goes only where that is meant."""
    note = await inbox.recall(f"{kind.name} {id_}")
    if note is None:
        raise InvalidArguments([Problem("restore", "Nothing is kept of what it had: it was not set up from here.")])
    is_here = url is not None and now.get(kind.url) == url
    untouched = is_here and kind.addresses(now) <= {url, *kind.addresses(note)}
    given_back = kind.addresses(now) == kind.addresses(note)
    if not (untouched or given_back or replace):
        hint = (
            "Its webhook is no more as it was set up from here; what it is now would be lost. If the user wants "
            "what it had before all the same, call with restore and replace."
        )
        raise InvalidArguments([Problem("replace", hint)])
    return {name: "" if value is None else value for name, value in note.items()}


async def _inbox_url(inbox: Inbox) -> tuple[str | None, str | None]:
    """The URL, or why there is none."""
    try:
        url = await inbox.webhook_url()
    except TelnyxError as error:
        return None, error.in_words()
    return url, None if url is not None else UNREACHABLE


async def _shown(inbox: Inbox, kind: _Kind, raw: Mapping[str, Any], url: str | None) -> Webhook:
    id_, now = str(raw.get("id") or ""), raw.get(kind.url) or None
    told = {
        "kind": kind.name,
        "id": id_,
        "name": raw.get("name") or raw.get("application_name"),
        "webhook_url": now,
        "here": now is not None and now == url,
        "restorable": await inbox.recall(f"{kind.name} {id_}") is not None or None,
    }
    return shape(Webhook, told)
