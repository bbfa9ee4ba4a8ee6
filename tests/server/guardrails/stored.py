"""Examples of what the guards keep: `python -m tests.server.guardrails.stored FILE` writes them with today's code."""

import asyncio
import json
import sys
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import contexts
from tests.server.store.entries import Entry, entries_of

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.approvals import Approvals, Reason
from telnyx_remote_mcp.guardrails.contacts import Contacts
from telnyx_remote_mcp.guardrails.recipients import recipients
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.sqlite.store import SqliteStore
from telnyx_tools.registry import registry

VALUE = b"an example of a secret, known to everybody"
SECRET = Secret(VALUE)
NOW = 1_795_000_000
KINDS = ("approval", "leave", "met", "met-country")
ADDRESS = "+442071838750"
REASON = Reason("new_country", f"{ADDRESS} is in GB, which is new here.", ADDRESS)


def text() -> Call:
    arguments = {"from_number": "+12025550101", "to": ADDRESS, "text": "hi"}
    return contexts.call(registry().tools["send_message"], arguments)


async def price(_: Call) -> str:
    return "0.05 USD"


async def examples() -> list[Entry]:
    with TemporaryDirectory() as directory:
        async with aclosing(SqliteStore(Path(directory) / "state.db")) as store:
            approvals = Approvals(store, SECRET, clock=lambda: NOW)
            approval = await approvals.of(text(), [REASON], price)
            await approvals.decide(approval, "approved", "destination")
            await approvals.use(approval)
            await Contacts(store, SECRET).note(contexts.TESTER.principal, recipients(text()))
            return await entries_of(store, KINDS)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asyncio.run(examples()), indent=1) + "\n")
