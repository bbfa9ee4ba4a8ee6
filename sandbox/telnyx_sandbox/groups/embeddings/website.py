"""The pages of any website: the same few every time, made up from its address."""

import hashlib

from ...public_addresses import answers_nothing, public
from ..storage.bucket import StoredObject

PAGES = {
    "": "Welcome to {host}. {host} sells garden tools and seeds, and delivers them to your door.",
    "pricing": "Pricing at {host}. A membership costs 10 USD a month, a rake 25 USD and a packet of seeds 3 USD.",
    "shipping": "Shipping from {host} takes two working days and is free for orders above 50 USD.",
    "returns": "Returns to {host} are accepted within 30 days, with the receipt. Refunds arrive within a week.",
    "support": "Support of {host} answers on weekdays from 9:00 to 17:00, by phone and by email.",
}


def read_website(url: str, now: float) -> list[StoredObject]:
    """The site's pages as objects of a bucket; none if nothing answers, as under `.invalid`."""
    parts = public(url, "/url")
    if answers_nothing(parts):
        return []
    return [_page(parts.hostname or "", path, text, now) for path, text in PAGES.items()]


def _page(host: str, path: str, text: str, now: float) -> StoredObject:
    content = f"<html><title>{path or host}</title><p>{text.format(host=host)}</p></html>".encode()
    etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return StoredObject(f"{host}/{path or 'index'}.html", content, "text/html", etag, now)
