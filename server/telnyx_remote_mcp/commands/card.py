"""Print the server card, as it is served beside each endpoint, or the entry for the MCP registry."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from telnyx_remote_mcp.commands import say
from telnyx_remote_mcp.commands.options import SELECTION, add_settings, settings, surfaces
from telnyx_remote_mcp.discovery.card import server_card
from telnyx_remote_mcp.discovery.group_endpoints import apps
from telnyx_remote_mcp.discovery.registration import registry_document
from telnyx_remote_mcp.discovery.remotes import TEMPLATE
from telnyx_remote_mcp.identity import VERSION


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, *SELECTION, "public_url", "server_name")
    parser.add_argument("--registry", action="store_true", help="print server.json for the MCP registry")


def run(options: Namespace) -> int:
    chosen = settings(options)
    base_url = chosen.public_url or TEMPLATE
    served = apps(base_url, surfaces(chosen))
    if options.registry:
        document = registry_document(chosen.server_name, VERSION, served)
    else:
        document = server_card(chosen.server_name, VERSION, base_url, served)
    say(json.dumps(document, indent=2, ensure_ascii=False))
    return 0
