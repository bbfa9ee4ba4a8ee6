"""Key-value stores: small values by name, for edge functions and agents."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Request, Telnyx
from telnyx_tools.groups.storage import storage
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.pages import NEXT, Page, PageCursor, PageSize, cursor_of, fetch_page, fitting
from telnyx_tools.results.result import BUDGET, AttachedResult, Attachment, Result, measured, objects, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id

KvStoreId = Annotated[Id, From("list_kv_stores")]
KvKey = Annotated[str, Field(min_length=1, max_length=512), From("list_kv_keys")]
NewName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$", description="letters, digits, - and _")]


KeysPage = Annotated[str, cursor_of(r"[0-9]{1,4}\+[^\x00-\x1f\x7f]{0,4000}"), NEXT]
_ENVELOPE = 500


class KvStore(Result):
    id: str | None = None
    name: str | None = None
    status: str | None = Field(None, description="pending, then provisioned")
    created_at: str | None = None


class StoredKey(Result):
    key: Annotated[str | None, Outside("who wrote the value", 1024)] = None
    size_bytes: int | None = None
    updated_at: str | None = None


class StoredValue(AttachedResult):
    key: str | None = None
    size_bytes: int | None = None
    text: Annotated[str | None, Outside("who wrote the value")] = Field(
        None, description="the value, where it is text of up to 7,000 characters; else attached"
    )
    status: str | None = None


@storage.tool(effect=Effect.READ, scope="storage.read", calls="GET /storage/kvs")
async def list_kv_stores(telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20) -> Page[KvStore]:
    """The account's key-value stores."""
    return await fetch_page(KvStore, telnyx, "/storage/kvs", {}, page=page, page_size=page_size)


@storage.tool(effect=Effect.WRITE, scope="storage.write", calls="POST /storage/kvs")
async def create_kv_store(telnyx: Telnyx, name: NewName) -> KvStore:
    """Create a key-value store; it accepts values once list_kv_stores shows it provisioned."""
    return shape(KvStore, await telnyx.post("/storage/kvs", body={"name": name}))


@storage.tool(effect=Effect.DESTROY, scope="storage.write", calls="DELETE /storage/kvs/{id}")
async def delete_kv_store(telnyx: Telnyx, kv_store_id: KvStoreId) -> KvStore:
    """Delete a key-value store and everything in it."""
    return shape(KvStore, await telnyx.delete("/storage/kvs/{id}", id=kv_store_id))


@storage.tool(effect=Effect.READ, scope="storage.read", calls="GET /storage/kvs/{id}/keys")
async def list_kv_keys(
    telnyx: Telnyx,
    kv_store_id: KvStoreId,
    prefix: Annotated[str, Field(description="only keys that begin so")] = "",
    page: KeysPage | None = None,
) -> Page[StoredKey]:
    """The keys of a key-value store, without their values."""
    skip, _, cursor = (page or "0+").partition("+")
    query = {"prefix": prefix or None, "cursor": cursor or None}
    answer: Any = await telnyx.get("/storage/kvs/{id}/keys", query=query, id=kv_store_id)
    found = objects(answer)
    kept = fitting((measured(StoredKey, each) for each in found[int(skip) :]), BUDGET["summary"] - _ENVELOPE)
    given = int(skip) + len(kept)
    return Page(items=kept, next=f"{given}+{cursor}" if given < len(found) else _following(answer))


def _following(answer: Any) -> str | None:
    meta = answer.get("meta") if isinstance(answer, dict) else None
    cursor = meta.get("cursor") if isinstance(meta, dict) else None
    return f"0+{cursor}" if isinstance(cursor, str) and cursor else None


@storage.tool(effect=Effect.READ, scope="storage.read", calls="GET /storage/kvs/{id}/keys/{key}")
async def get_kv_value(telnyx: Telnyx, kv_store_id: KvStoreId, key: KvKey) -> StoredValue:
    """The value of a key."""
    request = Request(
        method="GET", template="/storage/kvs/{id}/keys/{key}", ids={"id": kv_store_id, "key": key}, accept="*/*"
    )
    content = (await telnyx.send(request)).content
    result = StoredValue(key=key, size_bytes=len(content))
    if (text := _text(content)) is not None and len(text) <= 7_000:
        result.text = text
        return result
    kind = "text/plain" if text is not None else "application/octet-stream"
    return result.attach(Attachment("telnyx://storage/value", kind, content))


def _text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


@storage.tool(effect=Effect.WRITE, scope="storage.write", calls="PUT /storage/kvs/{id}/keys/{key}", idempotent=True)
async def put_kv_value(
    telnyx: Telnyx,
    kv_store_id: KvStoreId,
    key: Annotated[str, Field(min_length=1, max_length=512, description="may hold slashes")],
    text: Annotated[str, Field(max_length=900_000)],
    ttl_secs: Annotated[int | None, Field(ge=1, le=1_000_000_000, description="default: for good")] = None,
) -> StoredValue:
    """Set a key's value, replacing an older one."""
    content = text.encode()
    request = Request(
        method="PUT",
        template="/storage/kvs/{id}/keys/{key}",
        ids={"id": kv_store_id, "key": key},
        query={"ttl_secs": ttl_secs},
        content=content,
        accept="*/*",
    )
    await telnyx.send(request)
    return StoredValue(key=key, size_bytes=len(content), status="stored")


@storage.tool(effect=Effect.DESTROY, scope="storage.write", calls="DELETE /storage/kvs/{id}/keys/{key}")
async def delete_kv_value(telnyx: Telnyx, kv_store_id: KvStoreId, key: KvKey) -> StoredValue:
    """Delete a key and its value."""
    await telnyx.delete("/storage/kvs/{id}/keys/{key}", id=kv_store_id, key=key)
    return StoredValue(key=key, status="deleted")
