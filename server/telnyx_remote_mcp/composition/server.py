"""The parts of one worker process that serves HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mcp.server.context import ServerRequestContext
from mcp.server.request_state import RequestStateSecurity
from starlette.applications import Starlette

from telnyx_remote_mcp.app import build_app
from telnyx_remote_mcp.auth.api_keys import ApiKeys, Budget
from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.deaths import Deaths
from telnyx_remote_mcp.auth.verdicts import balance_check, measured
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
from telnyx_remote_mcp.store.rates import Rates
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_remote_mcp.web.linking.approve import PATH, ApproveServices, approve_routes
from telnyx_remote_mcp.web.linking.proof import key_proof
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.registry import registry
from telnyx_tools.tool.event import Event

if TYPE_CHECKING:
    from telnyx_remote_mcp.auth.oauth import OAuth

ANSWER_SECS: Final = 900
"""How long a person may take to answer a question of a call."""


def create_app(
    settings: Settings, fetch: PublicFetch | None = None, meter: Meter = UNMEASURED, pace: Pace | None = None
) -> Starlette:
    """The app of one worker process. Raises ValueError for settings that cannot be served.

    `fetch` gets clients' metadata documents and reaches subscribers; tests give one that trusts their own names and
    certificates, and deliver at another `pace`. `meter` is told what happens.
    """
    api = Api(
        settings.api_base_url,
        storage_endpoint=settings.storage_endpoint,
        allow_custom_upstream=settings.allow_custom_upstream,
        watch=watch(meter) if meter is not UNMEASURED else None,
    )
    secret, check = Secret.load(settings.secret, settings.data_dir), measured(balance_check(api.apart()), meter)
    store, calls = open_store(settings, meter), open_calls_store(settings, meter)
    rates, is_shared = Rates(calls, secret), settings.redis_url is not None
    keys = ApiKeys(
        check,
        secret.derive("pepper"),
        budget=Budget(rates=rates if is_shared else None),
        deaths=Deaths(calls) if is_shared else None,
        sandbox=settings.sandbox,
    )
    surfaces = Surfaces(registry(), settings.ceiling, allowed=settings.allowed_kinds)
    events = EventServices(
        store, calls, lambda: secret, settings.webhook_base, settings.webhook_public_key, meter=meter
    )
    fetch = fetch or PublicFetch()
    oauth: OAuth | None = None

    async def credential(principal: str) -> Credential | None:
        return await oauth.grants.any_credential(principal) if oauth is not None else None

    phones = OwnerPhones(store, lambda: secret, api, events.inbox_url, credential) if events.base_url else None
    if settings.serves_oauth:
        from telnyx_remote_mcp.composition.oauth import create_oauth

        store.prepare()
        renewing = [events.renew, *([phones.renew] if phones is not None else ())]
        oauth = create_oauth(settings, surfaces, api, keys, check, secret, store, fetch, renewing, phones)

    delivery = None
    if settings.webhook_base is not None:
        authority = Authority(surfaces, keys, oauth.grants if oauth is not None else None)
        delivery = events.deliver(authority, Outbound(fetch), pace)

    def rejected(principal: str) -> None:
        keys.reject(principal)
        if oauth is not None:
            oauth.tokens.suspect(principal)

    page = settings.url + PATH if is_secure(settings.url) else None
    shared = Shared(
        surfaces.registry,
        api,
        store,
        calls,
        lambda: secret,
        operator=load(settings.policy, surfaces.registry) if settings.policy is not None else None,
        page=lambda: page,
        no_page="Tell the user: the operator of this server has to give it an https URL (--public-url).",
        account_page=f"{settings.url}/account",
        phone=phones if oauth is not None else None,
    )

    async def heard(principal: str, event: Event) -> None:
        if shared.by_text is not None and event.type == "message.received" and event.sender and event.text:
            await shared.by_text.heard(principal, event.sender, event.text)

    events.hear = heard
    open_requests = OpenRequests()
    server = create_server(
        Services(
            settings=settings,
            surfaces=surfaces,
            dispatch=create_dispatch(
                settings, surfaces, api, lambda: shared, lambda: events, rejected=rejected, meter=meter
            ),
            request_state=RequestStateSecurity(
                keys=secret.derive_all("request-state"), ttl=ANSWER_SECS, bind_principal=_principal
            ),
            meter=meter,
            events=lambda: events,
            open_requests=open_requests,
        )
    )
    approving = ApproveServices(
        settings, store, shared.approvals, key_proof(keys), secret, signs_in=settings.telnyx_client_id is not None
    )
    return build_app(
        settings,
        server,
        api,
        keys,
        surfaces,
        oauth,
        [calls, store],
        approve_routes(approving),
        webhooks=events.receiver,
        closers=[open_requests.close, events.close],
        beside=[delivery.running] if delivery is not None else [],
        rates=rates if is_shared else local_rate,
        is_away=lambda: calls.is_away,
        meter=meter,
    )


def _principal(ctx: ServerRequestContext[Any, Any]) -> str | None:
    return Caller.of(ctx.request.scope).principal if ctx.request is not None else None
