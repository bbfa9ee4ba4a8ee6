"""The page for people and its icon."""

import ast
import base64
import hashlib
import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import httpx2
import pytest
import yaml

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
    shown = [client for client in clients(ENDPOINT) if client.page]
    assert len(shown) > 5
    for client in shown:
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


def test_the_script_of_the_page_is_the_one_that_its_policy_allows(page: httpx2.Response) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.headers["content-security-policy"].split("; ")


def test_the_page_says_that_it_is_not_official(page: httpx2.Response) -> None:
    assert "Not an official Telnyx product" in page.text


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
    for client in clients(ENDPOINT, "KEY_marked"):
        text = "\n".join([client.snippet, *client.steps, *client.notes])
        assert ENDPOINT in text
        assert not re.search(r"\$[A-Z]{3,}", text)
        if client.snippet:
            assert re.search(r"KEY_marked|TELNYX_API_KEY|input:telnyx-api-key", text), client.name


def test_the_files_for_clients_are_in_the_form_that_each_client_reads() -> None:
    read = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}
    known = [client for client in clients(ENDPOINT) if client.language in read]
    files = {client.name: read[client.language](client.snippet) for client in known}
    bearer = {"Authorization": "Bearer KEY..."}
    assert files["Cursor"]["mcpServers"]["telnyx"] == {"url": ENDPOINT, "headers": bearer}
    assert files["Windsurf"]["mcpServers"]["telnyx"] == {"serverUrl": ENDPOINT, "headers": bearer}
    assert files["Gemini CLI"]["mcpServers"]["telnyx"] == {"httpUrl": ENDPOINT, "headers": bearer}
    assert files["Zed"]["context_servers"]["telnyx"] == {"url": ENDPOINT, "headers": bearer}
    assert files["Goose"]["extensions"]["telnyx"]["uri"] == ENDPOINT
    code = files["VS Code"]
    assert code["servers"]["telnyx"]["type"] == "http"
    assert code["inputs"][0]["id"] in code["servers"]["telnyx"]["headers"]["Authorization"]


def test_the_programs_for_sdks_are_python() -> None:
    for client in clients(ENDPOINT):
        if client.language == "python":
            compile(client.snippet, client.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_what_a_link_fills_in_is_this_server_and_never_a_key() -> None:
    links = {client.name: client.link for client in clients(ENDPOINT, "KEY_marked") if client.link}
    cursor = parse_qs(urlsplit(links["Cursor"]).query)
    assert (cursor["name"], json.loads(base64.b64decode(cursor["config"][0]))) == (["telnyx"], {"url": ENDPOINT})
    assert json.loads(unquote(urlsplit(links["VS Code"]).query)) == {"name": "telnyx", "type": "http", "url": ENDPOINT}


def test_a_guide_is_kept_true_by_a_test_that_is_there_or_says_where_it_is_from() -> None:
    for client in clients(ENDPOINT):
        assert client.source.startswith("https://")
        assert client.test is None or (ROOT / client.test).exists()


def test_the_local_command_is_one_that_the_package_installs_and_names_no_package_beside_a_key() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (desktop,) = (client for client in clients(ENDPOINT) if client.local)
    _, place, command, mode = json.loads(desktop.snippet)["mcpServers"]["telnyx"]["args"]
    assert place.startswith("/")
    assert command in project["scripts"]
    assert mode == "stdio"
