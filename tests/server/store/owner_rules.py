"""Examples of what owners laid down: `python -m tests.server.store.owner_rules FILE` writes them with today's code."""

import asyncio
import json
import sys
from contextlib import aclosing
from datetime import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.server.store.entries import Entry, entries_of
from tests.server.store.examples import ACCOUNT, API_KEY, NOW, SCOPES, SECRET, now

from telnyx_remote_mcp.auth.account_rules import AccountRules
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.guardrails.live_calls import KIND as LIVE_CALLS
from telnyx_remote_mcp.guardrails.live_calls import Going, Placed
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite import SqliteStore
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.limits import limits
from telnyx_remote_mcp.surface.owner_rules import OwnerRules, QuietHours
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.surface.policy import Policy, Unusual

KINDS = ("account-rules", "grant", LIVE_CALLS)
RULES = OwnerRules(
    policy=Policy(
        effects={"destroy": "run", "spends": "ask"},
        groups={"storage": "read_only"},
        tools={"send_message": "ask_when_unusual"},
        unusual=Unusual(tainted=True, recipients=5, night=False),
        numbers=["premium_rate"],
    ),
    limits=tuple(limits(["messages=100/day", "spend=20/day", "calls=5/hour"])),
    calls_at_once=3,
    countries=("CA", "US"),
    quiet_hours=QuietHours(begins=time(21), ends=time(8, 30), zone="Europe/Berlin"),
)
GOING = Going((Placed("00" * 8, 2, NOW + 100, "v3:example"), Placed("11" * 8, 1, NOW + 200)))


async def examples() -> list[Entry]:
    secret = Secret(SECRET)
    with TemporaryDirectory() as directory:
        async with aclosing(SqliteStore(Path(directory) / "state.db")) as store:
            await AccountRules(store, secret).save(ACCOUNT, RULES)
            await Grants(store, secret, clock=now).create(
                client_id="example-client",
                client_name="Agent",
                account=ACCOUNT,
                linked=ApiKeyLink(API_KEY),
                permission=permission({"messaging": Level.SPEND}),
                scopes=SCOPES,
                rules=RULES,
            )
            await Records(store, Vault(secret), LIVE_CALLS, Going).put("example", GOING, 100)
            return await entries_of(store, KINDS)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asyncio.run(examples()), indent=1) + "\n")
