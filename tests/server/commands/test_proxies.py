"""What the doctor tells about each kind of proxy."""

import pytest

from telnyx_remote_mcp.commands.proxies import hint, kind

SAYS = {
    "certificate": ("ssl_certificate", "public name", "Universal SSL", "ACM", "crt of bind"),
    "host": ("proxy_set_header Host", "header_up Host", "Origin Rule", "preserve_host_header", "set-header Host"),
    "unreachable": ("proxy_pass", "reverse_proxy", "DNS record", "target group", "httpchk"),
    "buffered": ("proxy_buffering off", "flush_interval -1", "Worker", "nothing back", "wait-for-body"),
    "idle": ("proxy_read_timeout", "stream_timeout", "100 seconds", "idle_timeout", "timeout server"),
    "refused": ("deny", "respond 403", "bot protection", "AWS WAF", "http-request deny"),
    "path": ("location /PATH/", "handle_path /PATH/*", "Rewrite URL", "no path off", "replace-path /PATH"),
    "metadata": ("location ^~", "handle /.well-known/*", "no rule may", "add a rule", "path_beg /.well-known/"),
    "origin": ("proxy_set_header Origin", "header_up", "Transform Rules", "no Origin header", "del-header"),
    "cors": ("add_header", "header_down", "Transform Rules", "access_control_", "http-response"),
}
KINDS = ("nginx", "Caddy", "Cloudflare", "ALB", "haproxy")


@pytest.mark.parametrize("problem", SAYS)
def test_each_problem_has_words_of_each_kind_of_proxy_and_some_for_any(problem: str) -> None:
    for proxy, said in zip(KINDS, SAYS[problem], strict=True):
        assert hint(problem, proxy).startswith(f"{proxy}: ")
        assert said in hint(problem, proxy)
    assert hint(problem, "")


@pytest.mark.parametrize(
    ("headers", "text", "expected"),
    [
        ({"server": "nginx/1.26"}, "", "nginx"),
        ({"server": "Caddy"}, "", "Caddy"),
        ({"via": "1.1 Caddy"}, "", "Caddy"),
        ({"server": "cloudflare"}, "", "Cloudflare"),
        ({"cf-ray": "1"}, "", "Cloudflare"),
        ({"server": "awselb/2.0"}, "", "ALB"),
        ({}, "<h1>503 Service Unavailable</h1>\nNo server is available to handle this request.", "haproxy"),
        ({}, "<h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.", "haproxy"),
        ({}, "", ""),
    ],
)
def test_a_proxy_is_known_by_what_it_says(headers: dict[str, str], text: str, expected: str) -> None:
    assert kind(headers, text) == expected
