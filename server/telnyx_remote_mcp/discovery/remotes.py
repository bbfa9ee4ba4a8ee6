"""Remotes: how a client reaches the endpoints, in the form that the server card and the MCP registry share."""

from collections.abc import Sequence

from telnyx_remote_mcp.surface.selection import SURFACES

Remote = dict[str, object]

TEMPLATE = "https://{host}"
"""The base URL if the host is not known yet: the person who installs fills it in."""

_HOST = {
    "description": "Host name of the server that you or your provider runs",
    "isRequired": True,
    "format": "string",
    "placeholder": "mcp.example.com",
}

_AUTHORIZATION = {
    "name": "Authorization",
    "description": "Your own Telnyx API key. A client that can sign in leaves it out where the server offers that",
    "isRequired": False,
    "isSecret": True,
    "value": "Bearer {api_key}",
    "variables": {
        "api_key": {
            "description": "Telnyx API v2 key from https://portal.telnyx.com/#/api-keys",
            "isRequired": True,
            "isSecret": True,
            "format": "string",
            "placeholder": "KEY...",
        }
    },
}

_BROAD = (
    {
        "name": "X-MCP-Surface",
        "description": "Which tools are listed: the core of each group, or all of them",
        "choices": list(SURFACES),
    },
    {
        "name": "X-MCP-Toolsets",
        "description": "Only these tool groups, whole, separated by commas",
        "placeholder": "messaging,numbers",
    },
)

_NARROW = (
    {
        "name": "X-MCP-Tools",
        "description": "Only these tools, separated by commas",
        "placeholder": "send_message,get_message",
    },
    {
        "name": "X-MCP-Exclude-Tools",
        "description": "None of these tools, separated by commas",
        "placeholder": "delete_messaging_profile",
    },
    {"name": "X-MCP-Readonly", "description": "Only tools that change nothing", "choices": ["true", "false"]},
    {
        "name": "X-MCP-Policy",
        "description": "What asks the user first, or is refused: by effect, group or tool",
        "placeholder": "spends=ask,storage=read_only",
    },
)
"""No header has a default: clients would send it, and `X-MCP-Surface: default` narrows what other headers ask for."""


def main_remote(base_url: str) -> Remote:
    """The endpoint with every group."""
    return _remote(f"{base_url}/v2/mcp", (_AUTHORIZATION, *_BROAD, *_NARROW))


def app_remote(url: str) -> Remote:
    """The endpoint of one group, at this URL."""
    return _remote(url, (_AUTHORIZATION, *_NARROW))


def any_app_remote(base_url: str, slugs: Sequence[str]) -> Remote:
    """The endpoint of one group, which the person who installs chooses."""
    app = {"description": "The one tool group to connect to", "isRequired": True, "choices": list(slugs)}
    return _remote(f"{base_url}/v2/mcp/apps/{{app}}/mcp", (_AUTHORIZATION, *_NARROW), app=app)


def _remote(url: str, headers: Sequence[object], **variables: object) -> Remote:
    if url.startswith(TEMPLATE):
        variables = {"host": _HOST, **variables}
    remote: Remote = {"type": "streamable-http", "url": url, "headers": list(headers)}
    return {**remote, "variables": variables} if variables else remote
