"""End a connection by its id, which audit records name as their `grant`. Its tokens stop at every replica within five
seconds, and the linked key or tokens are deleted."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from contextlib import aclosing

from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.commands import Failure, say
from telnyx_remote_mcp.commands.options import add_settings, settings
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import FILE_NAME, open_store
from telnyx_remote_mcp.store.base import StoreError, StoreUnavailable
from telnyx_remote_mcp.store.names import Names
from telnyx_remote_mcp.store.secret import Secret, SecretError


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, "data_dir", "redis_url", "secret")
    parser.add_argument("grant", metavar="GRANT", help="the id of the connection")


def run(options: Namespace) -> int:
    chosen = settings(options)
    if chosen.redis_url is None and not (chosen.data_dir / FILE_NAME).is_file():
        raise Failure(f"There is no store in {chosen.data_dir}; see --data-dir, and TELNYX_MCP_REDIS_URL.")
    try:
        client_name = asyncio.run(_revoke(chosen, options.grant))
    except (StoreError, StoreUnavailable, SecretError) as error:
        raise Failure(str(error)) from None
    if client_name is None:
        raise Failure("The store has no such connection, or another TELNYX_MCP_SECRET; nothing was changed.")
    say(f"The connection of {client_name} is ended. Its owner can connect again.")
    return 0


async def _revoke(chosen: Settings, grant_id: str) -> str | None:
    """End the grant. Returns the name of its client, None if there is no such grant."""
    async with aclosing(open_store(chosen)) as store:
        names = Names(store, Secret.load(chosen.secret, chosen.data_dir))
        grants = Grants(store, names.secret)
        # A grant that can be read shows that the secret is the right one: only then is anything written.
        grant = await grants.get(grant_id)
        if grant is None:
            return None
        await names.settle()
        await grants.revoke(grant_id)
        return grant.client_name
