"""A web of made-up pages: some for every question, and one at every address but those under `.invalid`."""

import re
from decimal import Decimal
from urllib.parse import urlsplit

from ...errors import SandboxError
from ...public_addresses import answers_nothing, public
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

PRICE_PER_SEARCH = Decimal("0.005")
PRICE_PER_PAGE = Decimal("0.001")
MOST_PAGES = 20
HOSTS = ("wiki.example.org", "news.example.com", "shop.example.com", "blog.example.net", "docs.example.dev")
NEWS_HOST = "news.example.com"


@routes.post("/web_search")
def search(request: Request) -> Reply:
    body = request.body
    query = body.required_text("query")
    count = body.integer("count") or 10
    if not 1 <= count <= 100:
        raise SandboxError("10033", "count must be between 1 and 100.", pointer="/count")
    request.account.charge(PRICE_PER_SEARCH)
    excluded = set(body.texts("exclude_domains") or ())
    hosts = [host for host in body.texts("include_domains") or HOSTS if host not in excluded][:count]
    found = {host: result(host, query) for host in hosts}
    news = [found.pop(NEWS_HOST)] if NEWS_HOST in found else []
    return data({"results": {"web": list(found.values()), "news": news}})


@routes.post("/web_search/contents")
def read(request: Request) -> Reply:
    urls = request.body.texts("urls") or []
    if not 1 <= len(urls) <= MOST_PAGES:
        raise SandboxError("10015", f"Give 1 to {MOST_PAGES} addresses.", pointer="/urls")
    there = [url for url in urls if not answers_nothing(public(url, "/urls"))]
    request.account.charge(PRICE_PER_PAGE * len(there))
    formats = request.body.texts("formats") or ["html", "metadata"]
    return data({"results": [_page(url, formats) for url in there]})


def result(host: str, query: str) -> dict[str, object]:
    slug = re.sub(r"[^a-z0-9]+", "-", query.lower()).strip("-")[:60] or "page"
    return {
        "url": f"https://{host}/{slug}",
        "title": f"{query[:80]} - {host}",
        "description": f"What {host} says about {query[:80]}.",
        "snippets": [f"{query[:80]}: a made-up page of the sandbox at {host}."],
    }


def _page(url: str, formats: list[str]) -> dict[str, object]:
    host = urlsplit(url).hostname
    text = f"This is the page at {url[:500]}, made up by the sandbox."
    page: dict[str, object] = {"url": url, "title": f"A page of {host}"}
    if "html" in formats:
        page["html"] = f"<html><h1>A page of {host}</h1><p>{text}</p></html>"
    if "markdown" in formats:
        page["markdown"] = f"# A page of {host}\n\n{text}"
    if "metadata" in formats:
        page["metadata"] = {"site_name": host, "favicon_url": f"https://{host}/favicon.ico"}
    return page
