"""The lines printed at a terminal when a server starts: its URL, and who can use it."""

from __future__ import annotations

from telnyx_remote_mcp.commands.sandbox import KEY_PREFIX
from telnyx_remote_mcp.settings import Settings


def banner(settings: Settings) -> str:
    """The lines for a server that listens on `settings.port`."""
    signing_in = (
        "on: clients that can sign in need the endpoint alone" if settings.serves_oauth else "off: API keys only"
    )
    rows = [("Page", f"{settings.url}/"), ("Endpoint", f"{settings.url}/v2/mcp"), ("Sign-in", signing_in)]
    if settings.sandbox:
        rows.append(("Sandbox", f"nothing is real; any key that begins with {KEY_PREFIX} is an account"))
    if settings.read_only:
        rows.append(("Read only", "no tool changes anything"))
    return "\n".join(f"  {name:<9} {text}" for name, text in rows)
