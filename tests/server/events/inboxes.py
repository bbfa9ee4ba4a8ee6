"""Inboxes of callers, in one or several processes that share a store."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests import contexts
from tests.server.events.signing import OURS, PERSON

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.slot import Slot
from telnyx_remote_mcp.events.caller_inbox import CallerInbox
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.registry import registry
from telnyx_tools.tool.event import Event, moment

LIST = registry().tools["get_server_info"]


@asynccontextmanager
async def worker(settings: Settings, base_url: str | None = None) -> AsyncIterator[EventServices]:
    """The parts of one process."""
    store = open_store(settings)
    services = EventServices(store, store, lambda: Secret.load(settings.secret, settings.data_dir), base_url)
    try:
        yield services
    finally:  # else the thread of the store keeps the process of a failed test alive
        services.close()
        await services.waiting.aclose()
        await store.aclose()


def inbox(
    services: EventServices, principal: str = "key:mine", *, slot: Slot | None = None, api: Api | None = None
) -> CallerInbox:
    """The inbox of a caller."""
    caller = Caller(principal, Credential("KEYmine"), "api_key")
    telnyx = (api or Api()).bind(caller.credential, principal)
    return CallerInbox(services, contexts.call(LIST, {}, caller=caller, slot=slot), telnyx)


def message(number: int, *, type_: str = "message.received", at: float | None = None, **fields: str) -> Event:
    """The event of the message of this number."""
    return Event.model_validate(
        {
            "id": f"event-{number}",
            "type": type_,
            "occurred_at": moment(time.time() if at is None else at),
            "message_id": f"message-{number}",
            "from": PERSON,
            "to": OURS,
            **fields,
        }
    )
