"""The MCP methods with which clients subscribe to events by webhook: `events/subscribe` and `events/unsubscribe`."""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import urlsplit

from mcp.shared.exceptions import MCPError

from telnyx_remote_mcp.events import outbound
from telnyx_remote_mcp.events.catalogue import EventType
from telnyx_remote_mcp.events.cursors import cursor_of
from telnyx_remote_mcp.events.deliverer import verify
from telnyx_remote_mcp.events.delivery import Delivery
from telnyx_remote_mcp.events.outbound import Undelivered
from telnyx_remote_mcp.events.progress import iso
from telnyx_remote_mcp.events.standard_webhooks import key_of
from telnyx_remote_mcp.events.subscriptions import LONGEST_SECS, MOST, SHORTEST_SECS, Subscription, TooMany, id_of
from telnyx_remote_mcp.protocol.event_requests import (
    EventRequests,
    Params,
    available,
    error_of,
    invalid,
    object_of,
    profile_of,
    whole,
)
from telnyx_remote_mcp.protocol.listings import Context

CHALLENGES_PER_MINUTE: Final = 30
"""For one account: challenges to URLs that were not yet verified to want deliveries."""
CHALLENGES_PER_HOST: Final = 300
"""Per minute, for all accounts and replicas together."""


class SubscriptionMethods:
    """The handlers of these methods. Subscribing again renews a subscription: for longer, and with a new secret."""

    def __init__(self, events: EventRequests) -> None:
        self._events = events
        rates = events.services().rates
        self._challenges = rates("challenges", CHALLENGES_PER_MINUTE)
        self._challenges_of_host = rates("challenges-of-host", CHALLENGES_PER_HOST)

    async def subscribe(self, ctx: Context, _: Params) -> dict[str, Any]:
        delivery = self._delivery(ctx)
        type_, arguments = self._events.chosen(ctx, "webhook")
        with available():
            fresh, truncated = await self._subscription(ctx, delivery, type_, arguments)
            await self._check_number(ctx, delivery, fresh)
            await self._verify(ctx, delivery, fresh)
            try:
                kept = await delivery.subscriptions.put(fresh)
            except TooMany:
                raise self._exhausted(ctx) from None
            delivery.notify(kept.principal)
            progress = await delivery.book.of(kept)
        return {
            "id": kept.id,
            "refreshBefore": iso(kept.until),
            "cursor": cursor_of(progress.cursor),
            "truncated": truncated,
            "deliveryStatus": progress.status(kept),
        }

    async def unsubscribe(self, ctx: Context, _: Params) -> dict[str, Any]:
        delivery, caller = self._delivery(ctx), self._events.requests.caller(ctx)
        params = ctx.params or {}
        url = str(object_of(params.get("delivery")).get("url"))
        id_ = id_of(caller.principal, url, str(params.get("name")), object_of(params.get("arguments")))
        with available():
            existed = await delivery.subscriptions.drop(caller.principal, id_)
        if existed:
            delivery.notify(caller.principal)
        elif profile_of(ctx) == "sep":
            raise error_of(ctx, "NotFound", kind="subscription")
        return {}

    def _delivery(self, ctx: Context) -> Delivery:
        delivery = self._events.services().delivery
        if delivery is None or not self._events.may_deliver(ctx):
            raise error_of(ctx, "Unsupported", feature="deliveryMode", value="webhook")
        return delivery

    async def _subscription(
        self, ctx: Context, delivery: Delivery, type_: EventType, arguments: dict[str, Any]
    ) -> tuple[Subscription, bool]:
        """The requested subscription, and whether it skips events. An existing one goes on from where it is."""
        caller, now = self._events.requests.caller(ctx), time.time()
        given = object_of((ctx.params or {}).get("delivery"))
        try:
            url, _ = outbound.check(given.get("url")), key_of(given.get("secret"))
        except ValueError as error:
            raise invalid(str(error)) from None
        if given.get("mode", "webhook") != "webhook":
            raise error_of(ctx, "Unsupported", feature="deliveryMode", value=str(given["mode"])[:32])
        id_ = id_of(caller.principal, url, type_.name, arguments)
        old = await delivery.subscriptions.find(caller.principal, id_)
        since, truncated = (old.since, False) if old is not None else await self._events.begin(ctx)
        by_key = caller.lane == "api_key" and caller.credential is not None
        fresh = Subscription(
            id=id_,
            principal=caller.principal,
            url=url,
            name=type_.name,
            arguments=arguments,
            secret=str(given["secret"]),
            profile=profile_of(ctx),
            since=since,
            until=now + _ttl_secs(ctx),
            grant_id=caller.grant_id,
            api_key=caller.credential.secret if by_key and caller.credential is not None else None,
            renewed_at=now,
        )
        return fresh, truncated

    async def _check_number(self, ctx: Context, delivery: Delivery, fresh: Subscription) -> None:
        """Raise an error if it would be one too many, before a challenge is sent to its receiver."""
        mine = await delivery.subscriptions.of(fresh.principal)
        if len(mine) >= MOST and fresh.id not in {each.id for each in mine}:
            raise self._exhausted(ctx)

    async def _verify(self, ctx: Context, delivery: Delivery, fresh: Subscription) -> None:
        """Send the receiver a challenge, unless its URL was verified recently."""
        if await delivery.subscriptions.is_verified(fresh.principal, fresh.url):
            return
        host = (urlsplit(fresh.url).hostname or "").lower()
        if wait := await self._challenges.take(fresh.principal) or await self._challenges_of_host.take(host):
            raise error_of(ctx, "ResourceExhausted", limit="challenges", retryAfterMs=int(wait * 1_000))
        try:
            await verify(delivery.outbound, fresh)
        except Undelivered as undelivered:
            raise error_of(ctx, "CallbackEndpointError", reason=undelivered.reason) from None
        await delivery.subscriptions.verified(fresh.principal, fresh.url)

    def _exhausted(self, ctx: Context) -> MCPError:
        return error_of(ctx, "ResourceExhausted", limit="subscriptions", max=MOST)


def _ttl_secs(ctx: Context) -> float:
    """How long the subscription lasts: as asked for, within the allowed bounds; the longest if nothing was asked."""
    asked = whole(ctx, "ttlMs", None)
    return LONGEST_SECS if asked is None else max(SHORTEST_SECS, min(asked / 1_000, LONGEST_SECS))
