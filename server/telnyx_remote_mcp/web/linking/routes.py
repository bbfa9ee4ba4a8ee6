"""The routes of the pages for linking and managing accounts."""

from typing import Final

from starlette.routing import Route

from telnyx_remote_mcp.web.linking.account import AccountPage
from telnyx_remote_mcp.web.linking.activity import ActivityServices, activity_routes
from telnyx_remote_mcp.web.linking.callback import Callback
from telnyx_remote_mcp.web.linking.guard import PageGuard
from telnyx_remote_mcp.web.linking.link import LinkPage
from telnyx_remote_mcp.web.linking.phone import PATH as PHONE
from telnyx_remote_mcp.web.linking.phone import PhonePage
from telnyx_remote_mcp.web.linking.round_trip import RoundTrip
from telnyx_remote_mcp.web.linking.services import Services

CALLBACK_PATH: Final = "/link/telnyx/callback"


def linking_routes(services: Services) -> list[Route]:
    """The pages for people. Requests to them need no credential; each page has people prove their account itself."""
    trip = RoundTrip(services)
    link, account = LinkPage(services, trip), AccountPage(services, trip)
    guard = PageGuard(services)
    activity = ActivityServices(services.settings, services.store, services.secret, services.activity, services.grants)
    phone = PhonePage(services, services.phones) if services.phones is not None else None
    return [
        Route("/link", guard(link.show), methods=["GET"]),
        Route("/link", guard(link.submit), methods=["POST"]),
        Route(CALLBACK_PATH, guard(Callback(services, trip, link, account)), methods=["GET"]),
        Route("/account", guard(account.show), methods=["GET"]),
        Route("/account", guard(account.submit), methods=["POST"]),
        *activity_routes(activity),
        Route("/account/change", guard(account.change), methods=["POST"]),
        Route("/account/rules", guard(account.save_rules), methods=["POST"]),
        Route("/account/telnyx-limits", guard(account.cap_daily_limits), methods=["POST"]),
        Route("/account/revoke", guard(account.revoke), methods=["POST"]),
        *([Route(PHONE, guard(phone.show), methods=["GET"])] if phone is not None else ()),
        *([Route(PHONE, guard(phone.submit), methods=["POST"])] if phone is not None else ()),
    ]
