"""Knowledge collections: stored with their sources and settings, but not searched."""

import re
from dataclasses import dataclass, field

from ...account import Account
from ...body import Body
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .embedded_bucket import find_bucket

routes = Routes()

SOURCE_TYPES = ("voice", "meeting_bot", "message", "bucket")
RETRIEVAL_TYPES = ("vector", "hybrid")
MOST_RESULTS = 50


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    type: str
    bucket: str | None


@dataclass(slots=True)
class Collection:
    id: str
    slug: str
    name: str
    description: str | None
    created_at: float
    updated_at: float
    retrieval_type: str = "vector"
    top_k: int = 10
    sources: list[Source] = field(default_factory=list)

    def set_retrieval(self, settings: Body | None) -> None:
        retrieval = settings.object("retrieval") if settings else None
        if retrieval is None:
            return
        top_k = retrieval.integer("top_k")
        if top_k is not None and not 1 <= top_k <= MOST_RESULTS:
            raise SandboxError("10033", f"top_k is 1 to {MOST_RESULTS}.", pointer=retrieval.pointer("top_k"))
        self.retrieval_type = retrieval.choice("retrieval_type", RETRIEVAL_TYPES) or self.retrieval_type
        self.top_k = top_k or self.top_k

    def render(self) -> dict[str, object]:
        return {
            "record_type": "ai_collection",
            "uuid": self.id,
            "slug": self.slug,
            "name": self.name,
            "description": self.description,
            "status": "active",
            "settings": self.render_settings(),
            "sources": self.render_sources(),
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }

    def render_settings(self) -> dict[str, object]:
        retrieval = {"retrieval_type": self.retrieval_type, "top_k": self.top_k}
        return {"record_type": "ai_collection_settings", "retrieval": retrieval}

    def render_sources(self) -> list[dict[str, object]]:
        return [self.render_source(source) for source in self.sources]

    def render_source(self, source: Source) -> dict[str, object]:
        return {
            "record_type": "ai_collection_source",
            "id": source.id,
            "collection_id": self.id,
            "source_type": source.type,
            "bucket_id": source.bucket,
            "status": "active",
        }


@routes.get("/ai/collections")
def list_collections(request: Request) -> Reply:
    return numbered(request, list(request.account.collection(Collection).values()), Collection.render)


@routes.post("/ai/collections")
def create_collection(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    name = body.required_text("name")
    slug = body.text("slug") or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if any(each.slug == slug for each in account.collection(Collection).values()):
        raise SandboxError("10027", "There is a collection of this slug.", pointer="/slug")
    collection = Collection(account.ids.uuid("ai_collection"), slug, name, body.text("description"), now, now)
    collection.set_retrieval(body.object("settings"))
    collection.sources = [_source(account, source) for source in body.objects("sources")]
    account.collection(Collection)[collection.id] = collection
    return data(collection.render())


@routes.get("/ai/collections/slug/{slug}")
def get_by_slug(request: Request) -> Reply:
    for collection in request.account.collection(Collection).values():
        if collection.slug == request.ids["slug"]:
            return data(collection.render())
    raise SandboxError("10005")


@routes.get("/ai/collections/{uuid}")
def get_collection(request: Request) -> Reply:
    return data(_find(request).render())


@routes.patch("/ai/collections/{uuid}")
def update_collection(request: Request) -> Reply:
    collection, body = _find(request), request.body
    collection.name = body.text("name") or collection.name
    collection.description = body.text("description") or collection.description
    collection.updated_at = request.account.clock.now()
    return data(collection.render())


@routes.delete("/ai/collections/{uuid}")
def delete_collection(request: Request) -> Reply:
    del request.account.collection(Collection)[_find(request).id]
    return Reply(None, 204)


@routes.get("/ai/collections/{uuid}/settings")
def get_settings(request: Request) -> Reply:
    return data(_find(request).render_settings())


@routes.patch("/ai/collections/{uuid}/settings")
def update_settings(request: Request) -> Reply:
    collection = _find(request)
    collection.set_retrieval(request.body)
    return data(collection.render_settings())


@routes.get("/ai/collections/{uuid}/sources")
def list_sources(request: Request) -> Reply:
    return Reply({"data": _find(request).render_sources()})


@routes.post("/ai/collections/{uuid}/sources")
def add_source(request: Request) -> Reply:
    collection = _find(request)
    source = _source(request.account, request.body)
    collection.sources.append(source)
    return data(collection.render_source(source))


@routes.delete("/ai/collections/{uuid}/sources/{source_id}")
def remove_source(request: Request) -> Reply:
    collection = _find(request)
    left = [source for source in collection.sources if source.id != request.ids["source_id"]]
    if len(left) == len(collection.sources):
        raise SandboxError("10005")
    collection.sources = left
    return Reply(None, 204)


def _find(request: Request) -> Collection:
    return request.account.find(Collection, request.ids["uuid"])


def _source(account: Account, body: Body) -> Source:
    kind = body.choice("source_type", SOURCE_TYPES) or body.required_text("source_type")
    bucket = find_bucket(account, body.required_text("bucket_id")).name if kind == "bucket" else None
    return Source(account.ids.uuid("ai_collection_source"), kind, bucket)
