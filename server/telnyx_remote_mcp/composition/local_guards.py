"""The state that the guards of a local server share, for its one person; imported with the first call."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.routing import Route

from telnyx_remote_mcp.auth import passphrase
from telnyx_remote_mcp.guardrails.policy_file import load
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.web.icon import icon_route
from telnyx_remote_mcp.web.linking.approve import PATH, ApproveServices, approve_routes
from telnyx_remote_mcp.web.linking.proof import NotProved, Proof
from telnyx_remote_mcp.web.loopback import LoopbackPages
from telnyx_tools.api.client import Api
from telnyx_tools.registry import Registry

SET_UP: Final = (
    "Tell the user: to be asked about such calls, run `telnyx-mcp-server passphrase` in a terminal of their own once, "
    "then let you make this call again. Or set a policy (--policy)."
)
"""What the agent tells the person if there is no way to ask them."""


def local_guards(
    settings: Settings,
    registry: Registry,
    api: Api,
    store: Store,
    calls: Store,
    principal: str,
    until: AsyncExitStack,
) -> Shared:
    """The shared parts of the guards. The pages, if any were opened, are closed with `until`.

    Raises PolicyFileError, and SecretError where no secret can be kept.
    """

    async def prove(form: FormData, request: Request) -> str:
        if not passphrase.proves(settings.data_dir, str(form.get("secret", ""))):
            raise NotProved("This is not the passphrase that was set with: telnyx-mcp-server passphrase")
        return principal

    def routes() -> list[Route]:
        proof = Proof("Your passphrase", "You set it with: telnyx-mcp-server passphrase", prove)
        services = ApproveServices(settings, store, shared.approvals, proof, shared.secret)
        return [*approve_routes(services), icon_route()]

    pages = LoopbackPages(routes)
    until.push_async_callback(pages.aclose)
    shared = Shared(
        registry,
        api,
        store,
        calls,
        lambda: Secret.load(settings.secret, settings.data_dir),
        operator=load(settings.policy, registry) if settings.policy is not None else None,
        page=lambda: pages.url() + PATH if passphrase.is_set(settings.data_dir) else None,
        no_page=SET_UP,
    )
    return shared
