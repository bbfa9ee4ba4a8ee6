"""Reverse proxies: how to configure each kind if a deployment is not reached as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HINTS: Final[Mapping[str, Mapping[str, str]]] = {
    "host": {
        "nginx": "proxy_set_header Host $http_host;",
        "Caddy": "Caddy keeps the Host header: take header_up Host out of reverse_proxy",
        "Cloudflare": "no Origin Rule may rewrite the Host header",
        "ALB": "turn on routing.http.preserve_host_header.enabled",
        "": "let the proxy keep the Host header, or name the one that it sends with --allowed-host",
    },
    "unreachable": {
        "nginx": "check proxy_pass and that serve runs there; its error log says why",
        "Caddy": "check the address in reverse_proxy and that serve runs there",
        "Cloudflare": "the origin does not answer: check the DNS record, the tunnel and the firewall",
        "ALB": "no healthy target: let the target group ask /readyz",
        "": "the proxy does not reach the server: check where it sends requests, and that serve runs there",
    },
    "streams": {
        "nginx": "proxy_buffering off; proxy_read_timeout 3600s; and no proxy_ignore_headers X-Accel-Buffering",
        "Caddy": "flush_interval -1 in reverse_proxy",
        "Cloudflare": "streams end after 100 seconds without a byte, and are buffered where an app changes bodies",
        "ALB": "raise idle_timeout.timeout_seconds, to 3600 for example",
        "": "let the proxy pass on text/event-stream at once, and leave it open for an hour",
    },
    "refused": {
        "nginx": "look for deny, auth_request or a web application firewall in its configuration",
        "Cloudflare": "a rule of the firewall or the bot protection turns programs away: let /mcp pass it by",
        "ALB": "a rule of AWS WAF turns programs away: let /mcp pass it by",
        "": "something before the server turns programs away",
    },
    "path": {
        "nginx": "location /PATH/ { proxy_pass http://server/; } with the slash at its end, which takes /PATH off",
        "Caddy": "handle_path /PATH/* { reverse_proxy server:8080 }",
        "ALB": "an ALB takes no path off: give the server a host name of its own",
        "": "the proxy has to take the path of the public URL off, and pass the rest on",
    },
}


def kind(headers: Mapping[str, str]) -> str:
    """The kind of proxy that an answer came through, if its headers say so; else an empty text."""
    server = headers.get("server", "").lower()
    if "cf-ray" in headers or server == "cloudflare":
        return "Cloudflare"
    if server.startswith("awselb"):
        return "ALB"
    if server.startswith("nginx"):
        return "nginx"
    if server == "caddy" or "caddy" in headers.get("via", "").lower():
        return "Caddy"
    return ""


def hint(problem: str, proxy: str) -> str:
    """What to change in the configuration of this kind of proxy."""
    hints = _HINTS[problem]
    return f"{proxy}: {hints[proxy]}" if proxy and proxy in hints else hints[""]
