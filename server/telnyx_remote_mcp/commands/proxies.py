"""Reverse proxies: how to configure each kind if a deployment is not reached as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HINTS: Final[Mapping[str, Mapping[str, str]]] = {
    "certificate": {
        "nginx": "ssl_certificate is the file with the whole chain for this name; reload nginx after each renewal",
        "Caddy": "give the site its public name, without tls internal, and let ports 80 and 443 through to it",
        "Cloudflare": "Universal SSL covers one level below the zone: order an advanced certificate for a deeper name",
        "ALB": "give the HTTPS listener a certificate of ACM for this name; keep the DNS record by which it is renewed",
        "haproxy": "crt of bind is a file with the whole chain and the key; reload haproxy after each renewal",
        "": "let the proxy send the whole chain of a certificate for this name, and load each new one",
    },
    "host": {
        "nginx": "proxy_set_header Host $http_host;",
        "Caddy": "Caddy keeps the Host header: take header_up Host out of reverse_proxy",
        "Cloudflare": "no Origin Rule may rewrite the Host header",
        "ALB": "turn on routing.http.preserve_host_header.enabled",
        "haproxy": "haproxy keeps the Host header: take http-request set-header Host out",
        "": "let the proxy keep the Host header, or name the one that it sends with --allowed-host",
    },
    "unreachable": {
        "nginx": "check proxy_pass and that serve runs there; its error log says why",
        "Caddy": "check the address in reverse_proxy and that serve runs there",
        "Cloudflare": "the origin does not answer: check the DNS record, the tunnel and the firewall",
        "ALB": "no healthy target: let the target group ask /readyz",
        "haproxy": "no server of the backend is up: check its address, and option httpchk GET /readyz",
        "": "the proxy does not reach the server: check where it sends requests, and that serve runs there",
    },
    "buffered": {
        "nginx": "proxy_buffering off; gzip off; proxy_http_version 1.1; and no proxy_ignore_headers X-Accel-Buffering",
        "Caddy": "flush_interval -1 in reverse_proxy, and no encode for text/event-stream",
        "Cloudflare": "a Worker or an app that changes bodies holds them back: let /mcp pass it by",
        "ALB": "an ALB holds nothing back: look at what stands behind it, such as an nginx",
        "haproxy": "take http-response wait-for-body and filters out of the way of /mcp",
        "": "let the proxy pass on text/event-stream at once",
    },
    "idle": {
        "nginx": "proxy_read_timeout 3600s;",
        "Caddy": "take stream_timeout, and read_timeout of its transport, out of reverse_proxy",
        "Cloudflare": "it leaves a stream 100 seconds without a byte: the limit is at the tunnel, or behind it",
        "ALB": "raise idle_timeout.timeout_seconds, to 3600 for example",
        "haproxy": "timeout server 1h and timeout client 1h",
        "": "let the proxy leave a quiet stream open for an hour",
    },
    "refused": {
        "nginx": "look for deny, auth_request or a web application firewall in its configuration",
        "Caddy": "look for respond 403, abort, forward_auth or a web application firewall in its configuration",
        "Cloudflare": "a rule of the firewall or the bot protection turns programs away: let /mcp pass it by",
        "ALB": "a rule of AWS WAF turns programs away: let /mcp pass it by",
        "haproxy": "look for http-request deny or a web application firewall in its configuration",
        "": "something before the server turns programs away",
    },
    "path": {
        "nginx": "location /PATH/ { proxy_pass http://server/; } with the slash at its end, which takes /PATH off",
        "Caddy": "handle_path /PATH/* { reverse_proxy server:8080 }",
        "Cloudflare": "a Rewrite URL rule has to take /PATH off, or give the server a host name of its own",
        "ALB": "an ALB takes no path off: give the server a host name of its own",
        "haproxy": "http-request replace-path /PATH(/.*) \\1",
        "": "the proxy has to take the path of the public URL off, and pass the rest on",
    },
    "metadata": {
        "nginx": "location ^~ /.well-known/ { proxy_pass http://server; } with nothing behind the name",
        "Caddy": "handle /.well-known/* { reverse_proxy server:8080 } beside handle_path",
        "Cloudflare": "no rule may redirect, rewrite or block /.well-known/*",
        "ALB": "add a rule that forwards /.well-known/* to the same target group",
        "haproxy": "use_backend of this server also if { path_beg /.well-known/ }",
        "": "let the proxy pass it on as it is",
    },
    "cors": {
        "nginx": "take add_header and proxy_hide_header for Access-Control-* out",
        "Caddy": "take header and header_down for Access-Control-* out",
        "Cloudflare": "take Access-Control-* out of the Transform Rules for response headers",
        "ALB": "take routing.http.response.access_control_* out of the listener's attributes",
        "haproxy": "take http-response for Access-Control-* out",
        "": "let the proxy leave Access-Control-* as the server sets them",
    },
    "origin": {
        "nginx": "take proxy_set_header Origin out",
        "Caddy": "take header_up for Origin out of reverse_proxy",
        "Cloudflare": "take Origin out of the Transform Rules for request headers",
        "ALB": "an ALB changes no Origin header: look at what stands behind it, such as an nginx",
        "haproxy": "take http-request del-header, set-header and replace-header for Origin out",
        "": "let the proxy pass the Origin header on as it is",
    },
}
_HAPROXY_ERRORS: Final = (
    "No server is available to handle this request.",
    "Request forbidden by administrative rules.",
    "The server returned an invalid or incomplete response.",
    "The server didn't respond in time.",
)
"""The texts of haproxy's own error answers. It adds nothing to the answers of a server, so only these show it."""


def kind(headers: Mapping[str, str], text: str = "") -> str:
    """The kind of proxy that an answer came through, if its headers or its text say so; else an empty text."""
    server = headers.get("server", "").lower()
    if "cf-ray" in headers or server == "cloudflare":
        return "Cloudflare"
    if server.startswith("awselb"):
        return "ALB"
    if server.startswith("nginx"):
        return "nginx"
    if server == "caddy" or "caddy" in headers.get("via", "").lower():
        return "Caddy"
    return "haproxy" if any(words in text for words in _HAPROXY_ERRORS) else ""


def hint(problem: str, proxy: str) -> str:
    """What to change in the configuration of this kind of proxy; in general words if the kind is not known."""
    told = _HINTS[problem][proxy]
    return f"{proxy}: {told}" if proxy else told
