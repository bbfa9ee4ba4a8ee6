"""Key-value stores and their entries."""

from dataclasses import dataclass, field

from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

PROVISIONING_SECS = 2
LARGEST_VALUE = 1024 * 1024
LONGEST_KEY = 512


@dataclass(frozen=True, slots=True)
class Value:
    content: bytes
    updated_at: float
    expires_at: float | None

    def lives(self, now: float) -> bool:
        return self.expires_at is None or now < self.expires_at


@dataclass(slots=True)
class KvStore:
    id: str
    name: str
    created_at: float
    values: dict[str, Value] = field(default_factory=dict)

    def render(self, now: float) -> dict[str, object]:
        return {
            "record_type": "kv",
            "id": self.id,
            "name": self.name,
            "status": "provisioned" if self.is_ready(now) else "pending",
            "created_at": iso(self.created_at),
            "updated_at": iso(self.created_at),
        }

    def is_ready(self, now: float) -> bool:
        return now >= self.created_at + PROVISIONING_SECS


@routes.get("/storage/kvs")
def list_stores(request: Request) -> Reply:
    now = request.account.clock.now()
    return numbered(request, list(request.account.collection(KvStore).values()), lambda store: store.render(now))


@routes.post("/storage/kvs")
def create_store(request: Request) -> Reply:
    account = request.account
    store = KvStore(account.ids.uuid("kv"), request.body.required_text("name"), account.clock.now())
    account.collection(KvStore)[store.id] = store
    return data(store.render(store.created_at))


@routes.get("/storage/kvs/{id}")
def get_store(request: Request) -> Reply:
    return data(request.account.find(KvStore, request.id).render(request.account.clock.now()))


@routes.delete("/storage/kvs/{id}")
def delete_store(request: Request) -> Reply:
    store = request.account.find(KvStore, request.id)
    del request.account.collection(KvStore)[store.id]
    return data(store.render(request.account.clock.now()))


@routes.get("/storage/kvs/{id}/keys")
def list_keys(request: Request) -> Reply:
    """List the keys in order; the cursor is the last key of the page before."""
    store, now = _ready(request), request.account.clock.now()
    prefix, cursor = request.query.text("prefix") or "", request.query.text("cursor") or ""
    limit = request.query.integer("limit", 100, low=1, high=1_000)
    keys = sorted(
        key for key, value in store.values.items() if key.startswith(prefix) and key > cursor and value.lives(now)
    )
    items = [
        {"key": key, "size_bytes": len(store.values[key].content), "updated_at": iso(store.values[key].updated_at)}
        for key in keys[:limit]
    ]
    more = len(keys) > limit
    return Reply({"data": items, "meta": {"cursor": keys[limit - 1] if more else "", "has_more": more}})


@routes.get("/storage/kvs/{id}/keys/{key}")
def get_value(request: Request) -> Reply:
    value = _ready(request).values.get(request.ids["key"])
    if value is None or not value.lives(request.account.clock.now()):
        raise SandboxError("10005", "There is no such key.")
    return Reply(value.content, media_type="application/octet-stream")


@routes.put("/storage/kvs/{id}/keys/{key}")
def put_value(request: Request) -> Reply:
    store, key, now = _ready(request), request.ids["key"], request.account.clock.now()
    if len(key.encode()) > LONGEST_KEY:
        raise SandboxError("10015", f"A key takes at most {LONGEST_KEY} bytes.")
    if len(request.content) > LARGEST_VALUE:
        raise SandboxError("10015", f"A value takes at most {LARGEST_VALUE} bytes.", status=413)
    ttl = request.query.integer("ttl_secs", 0, low=0, high=10**9)
    store.values[key] = Value(request.content, now, now + ttl if ttl else None)
    return Reply(None, 204)


@routes.delete("/storage/kvs/{id}/keys/{key}")
def delete_value(request: Request) -> Reply:
    _ready(request).values.pop(request.ids["key"], None)
    return Reply(None, 204)


def _ready(request: Request) -> KvStore:
    store = request.account.find(KvStore, request.id)
    if not store.is_ready(request.account.clock.now()):
        raise SandboxError("10027", "The store is still being provisioned.")
    return store
