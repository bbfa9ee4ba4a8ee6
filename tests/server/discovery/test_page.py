"""The page for people and its icon."""

import base64
import hashlib
import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import httpx2
import pytest

from telnyx_remote_mcp.web.clients import clients

ENDPOINT = "https://mcp.example.com/v2/mcp"
ROOT = Path(__file__).parents[3]


class Outline(HTMLParser):
    """What a page loads and links to, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loaded: set[str] = set()
        self.linked: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "src":
                self.loaded.add(value or "")
            elif name == "href":
                self.linked.add(value or "")
            assert name != "style"

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(http: httpx2.Client) -> httpx2.Response:
    return http.get("/")


def test_the_page_says_where_to_connect_and_how(page: httpx2.Response) -> None:
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    text = Outline(page.text).text
    assert ENDPOINT in text
    for client in clients(ENDPOINT):
        assert client.name in text
        assert client.snippet in text


def test_the_page_lists_each_group_with_its_address(page: httpx2.Response) -> None:
    text = Outline(page.text).text
    assert "3 tools in 2 groups" in text
    assert f"{ENDPOINT}/apps/call-control/mcp" in text
    assert "Call <control>" in text
    assert "Calls & what happens during them." in text
    assert "<control>" not in page.text


def test_the_policy_allows_the_pages_own_style_and_icon_only(page: httpx2.Response) -> None:
    style = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    directives = page.headers["content-security-policy"].split("; ")
    assert directives[0] == "default-src 'none'"
    assert f"style-src 'sha256-{digest}'" in directives
    assert "frame-ancestors 'none'" in directives
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_the_page_loads_nothing_from_elsewhere(page: httpx2.Response) -> None:
    outline = Outline(page.text)
    assert outline.loaded == {"/icon.svg"}
    assert "script" not in outline.tags


def test_every_link_of_the_page_to_this_server_works(http: httpx2.Client, page: httpx2.Response) -> None:
    local = {link for link in Outline(page.text).linked if link.startswith("/")}
    assert local == {"/icon.svg", "/v2/mcp/server-card", "/.well-known/ai-catalog.json", "/account"}
    for link in local - {"/account"}:  # the linking pages are served with the sign-in, and tested there
        assert http.get(link).status_code == 200


def test_the_icon_is_a_drawing_without_script(http: httpx2.Client) -> None:
    response = http.get("/icon.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.headers["content-security-policy"] == "default-src 'none'"
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(response.text).iter()}
    assert tags <= {"svg", "rect", "path", "g", "circle"}


def test_each_client_is_given_the_endpoint_and_a_place_for_the_key() -> None:
    for client in clients(ENDPOINT):
        if client.name != "Claude Desktop":
            assert ENDPOINT in client.snippet
        assert "KEY..." in client.snippet or '"password": true' in client.snippet


def test_the_files_for_clients_are_json_in_the_form_each_client_reads() -> None:
    files = {client.name: json.loads(client.snippet) for client in clients(ENDPOINT) if client.file}
    bearer = {"Authorization": "Bearer KEY..."}
    assert files["Cursor"]["mcpServers"]["telnyx"] == {"url": ENDPOINT, "headers": bearer}
    assert files["Windsurf"]["mcpServers"]["telnyx"] == {"serverUrl": ENDPOINT, "headers": bearer}
    code = files["VS Code"]
    assert code["servers"]["telnyx"]["type"] == "http"
    assert code["inputs"][0]["id"] in code["servers"]["telnyx"]["headers"]["Authorization"]


def test_the_local_command_is_one_that_the_package_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (desktop,) = (client for client in clients(ENDPOINT) if client.name == "Claude Desktop")
    _, package, command, mode = json.loads(desktop.snippet)["mcpServers"]["telnyx"]["args"]
    assert package == project["name"]
    assert command in project["scripts"]
    assert mode == "stdio"
