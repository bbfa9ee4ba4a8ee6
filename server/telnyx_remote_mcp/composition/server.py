"""The parts of one worker process that serves HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.request_state import RequestStateSecurity
from starlette.applications import Starlette
from starlette.routing import Route

from telnyx_remote_mcp.app import Parts, build_app
from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.auth.api_keys import ApiKeys, Budget
from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.dead_keys import DeadKeys
from telnyx_remote_mcp.auth.verdicts import Check, balance_check, measured
from telnyx_remote_mcp.buckets import local_rate
from telnyx_remote_mcp.composition.dispatch import create_dispatch
from telnyx_remote_mcp.composition.watch import watch
from telnyx_remote_mcp.events.deliverer import Pace
from telnyx_remote_mcp.events.outbound import Outbound
from telnyx_remote_mcp.events.owner_phone import OwnerPhones
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.events.standing import Authority
from telnyx_remote_mcp.guardrails.policy_file import load
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.protocol.open_requests import OpenRequests
from telnyx_remote_mcp.protocol.server import Services, create_server
from telnyx_remote_mcp.settings import Settings, is_secure
from telnyx_remote_mcp.store import open_calls_store, open_store
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.names import Names
from telnyx_remote_mcp.store.rates import Rates
from telnyx_remote_mcp.store.resealing import Resealing
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_remote_mcp.web.linking.activity import ActivityServices, activity_routes
from telnyx_remote_mcp.web.linking.approve import PATH, ApproveServices, approve_routes
from telnyx_remote_mcp.web.linking.proof import key_proof
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.registry import registry
from telnyx_tools.tool.event import Event

if TYPE_CHECKING:
    from telnyx_remote_mcp.auth.oauth import OAuth
    from telnyx_remote_mcp.events.delivery import Delivery

ANSWER_SECS: Final = 900
"""How long a person may take to answer a question of a call."""


def create_app(
    settings: Settings, fetch: PublicFetch | None = None, meter: Meter = UNMEASURED, pace: Pace | None = None
) -> Starlette:
    """The app of one worker process. Raises ValueError for settings that cannot be served.

    `fetch` gets clients' metadata documents and connects to webhook subscribers; `pace` sets the times of deliveries to
    them. Tests pass a `fetch` that trusts their own names and certificates, and another `pace`. `meter` receives
    measurements.
    """
    return _Worker(settings, fetch or PublicFetch(), meter, pace).app()


@dataclass(frozen=True)
class _Worker:
    """The parts of a worker process, each created when another one needs it."""

    settings: Settings
    fetch: PublicFetch
    meter: Meter
    pace: Pace | None

    def app(self) -> Starlette:
        delivery = self._delivery()
        return build_app(
            Parts(
                settings=self.settings,
                server=self._server(),
                api=self.api,
                keys=self.keys,
                surfaces=self.surfaces,
                oauth=self.oauth,
                pages=self._pages(),
                webhooks=self.events.receiver,
                stores=[
                    self.calls,
                    self.store,
                    *([self.activity] if self.activity is not None else ()),
                    self.events.waiting,
                ],
                beside=[
                    self.names.running,  # first: without them nothing is found
                    *([self.oauth.upkeep.running] if self.oauth is not None else ()),
                    self._resealing().running,
                    *([delivery.running] if delivery is not None else ()),
                ],
                closers=[self.open_requests.close, self.events.close],
                rates=self.shared_rates or local_rate,
                is_prepared=lambda: self.secret.makes_names,
                is_away=lambda: self.calls.is_away,
                meter=self.meter,
            )
        )

    @cached_property
    def api(self) -> Api:
        return Api(
            self.settings.api_base_url,
            storage_endpoint=self.settings.storage_endpoint,
            allow_custom_upstream=self.settings.allow_custom_upstream,
            watch=watch(self.meter) if self.meter is not UNMEASURED else None,
        )

    @cached_property
    def names(self) -> Names:
        return Names(self.store, Secret.load(self.settings.secret, self.settings.data_dir))

    @property
    def secret(self) -> Secret:
        """The secret, which makes no name before those of the store are settled."""
        return self.names.secret

    @cached_property
    def check(self) -> Check:
        return measured(balance_check(self.api.apart()), self.meter)

    @cached_property
    def store(self) -> Store:
        return open_store(self.settings, self.meter)

    @cached_property
    def calls(self) -> Store:
        return open_calls_store(self.settings, self.meter)

    @cached_property
    def shared_rates(self) -> Rates | None:
        """The rate limits that all replicas share; None without Redis, where each worker counts for itself."""
        return Rates(self.calls, self.secret) if self.settings.redis_url is not None else None

    @cached_property
    def keys(self) -> ApiKeys:
        return ApiKeys(
            self.check,
            lambda: self.secret.name_key("pepper"),
            budget=Budget(rates=self.shared_rates),
            dead_keys=DeadKeys(self.calls)
            if self.settings.redis_url is not None or self.settings.workers > 1
            else None,
            sandbox=self.settings.sandbox,
        )

    @cached_property
    def surfaces(self) -> Surfaces:
        return Surfaces(registry(), self.settings.ceiling, allowed=self.settings.allowed_kinds)

    @cached_property
    def events(self) -> EventServices:
        settings = self.settings
        events = EventServices(
            self.store,
            self.calls,
            lambda: self.secret,
            settings.webhook_base,
            settings.webhook_public_key,
            meter=self.meter,
        )
        events.on_event = self._heard
        return events

    @cached_property
    def phones(self) -> OwnerPhones | None:
        """The phone numbers of owners; None if Telnyx cannot deliver their answers here."""
        if self.events.base_url is None:
            return None
        return OwnerPhones(self.store, lambda: self.secret, self.api, self.events.inbox_url, self._credential)

    @cached_property
    def activity(self) -> Activity | None:
        """What accounts did at any replica; None for one server only, whose audit log has it all."""
        if self.shared_rates is None:
            return None
        return Activity(self.store, lambda: self.secret, keep_days=self.settings.audit_days)

    @cached_property
    def oauth(self) -> OAuth | None:
        if not self.settings.serves_oauth:
            return None
        from telnyx_remote_mcp.composition.oauth import create_oauth

        self.store.prepare()
        return create_oauth(
            self.settings,
            self.surfaces,
            self.api,
            self.keys,
            self.check,
            self.secret,
            self.store,
            self.fetch,
            self.phones,
            self.activity,
            self.meter,
        )

    @cached_property
    def shared(self) -> Shared:
        settings, registry = self.settings, self.surfaces.registry
        page = settings.url + PATH if is_secure(settings.url) else None
        return Shared(
            registry,
            self.api,
            self.store,
            self.calls,
            lambda: self.secret,
            operator=load(settings.policy, registry) if settings.policy is not None else None,
            page=lambda: page,
            no_page="Tell the user: the operator of this server has to give it an https URL (--public-url).",
            account_page=f"{settings.url}/account",
            phone=self.phones if self.oauth is not None else None,
            activity=self.activity,
        )

    @cached_property
    def approving(self) -> ApproveServices:
        return ApproveServices(
            self.settings,
            self.store,
            self.shared.approvals,
            key_proof(self.keys),
            self.secret,
            signs_in=self.settings.telnyx_client_id is not None,
        )

    @cached_property
    def authority(self) -> Authority:
        return Authority(self.surfaces, self.keys, self.oauth.grants if self.oauth is not None else None)

    @cached_property
    def open_requests(self) -> OpenRequests:
        return OpenRequests()

    def _server(self) -> Server[None]:
        dispatch = create_dispatch(
            self.settings,
            self.surfaces,
            self.api,
            lambda: self.shared,
            lambda: self.events,
            rejected=self._rejected,
            meter=self.meter,
        )
        keys = self.secret.derive_all("request-state")
        return create_server(
            Services(
                settings=self.settings,
                surfaces=self.surfaces,
                dispatch=dispatch,
                request_state=RequestStateSecurity(keys=keys, ttl=ANSWER_SECS, bind_principal=_principal),
                meter=self.meter,
                events=lambda: self.events,
                open_requests=self.open_requests,
                authority=self.authority,
            )
        )

    def _delivery(self) -> Delivery | None:
        if self.settings.webhook_base is None:
            return None
        return self.events.deliver(self.authority, Outbound(self.fetch, self.meter), self.pace)

    def _pages(self) -> list[Route]:
        """The approval pages and, without OAuth, the activity pages. With OAuth, activity is on the account page."""
        approving = self.approving
        if self.oauth is not None:
            return approve_routes(approving)
        activities = ActivityServices(self.settings, self.store, self.secret, self.activity, proof=approving.proof)
        return [*approve_routes(approving), *activity_routes(activities)]

    def _resealing(self) -> Resealing:
        parts = [
            self.names.renew,
            self.events.renew,
            self.shared.approvals.renew,
            self.shared.account_rules.renew,
            self._renew_sessions,
            *([self.phones.renew] if self.phones is not None else ()),
            *([self.oauth.upkeep.renew] if self.oauth is not None else ()),
        ]
        return Resealing(self.store, self.secret, parts)

    async def _renew_sessions(self) -> None:
        await self.approving.sessions.renew()  # whose cookies are made by a name key

    def _rejected(self, principal: str) -> None:
        self.keys.reject(principal)
        if self.oauth is not None:
            self.oauth.tokens.suspect(principal)

    async def _credential(self, principal: str) -> Credential | None:
        return await self.oauth.grants.any_credential(principal) if self.oauth is not None else None

    async def _heard(self, principal: str, event: Event) -> None:
        by_text = self.shared.by_text
        if by_text is not None and event.type == "message.received" and event.sender and event.text:
            await by_text.heard(principal, event.sender, event.text)


def _principal(ctx: ServerRequestContext[Any, Any]) -> str | None:
    return Caller.of(ctx.request.scope).principal if ctx.request is not None else None
