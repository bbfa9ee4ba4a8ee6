"""The way of a call: every guard that stands on it, in order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from telnyx_remote_mcp.calls.dispatch import Dispatch, Upstream
from telnyx_remote_mcp.calls.info import Info
from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.files import Files


def create_dispatch(
    settings: Settings,
    surfaces: Surfaces,
    api: Api,
    *,
    store: Store | None = None,
    secret: Callable[[], Secret] | None = None,
    files: Files | None = None,
    rejected: Callable[[str], None] = lambda principal: None,
) -> Dispatch:
    """The dispatch of one process; without `files`, no tool touches any. `store` and `secret` are the settings' own
    where they are not given.
    """
    guards = create_guards(settings, store, secret)
    upstream = Upstream(
        api=api,
        files=files or Files(),
        server=partial(Info, settings, surfaces, guards.quotas.budgets),
        rejected=rejected,
    )
    return Dispatch(upstream, guards.steps)
