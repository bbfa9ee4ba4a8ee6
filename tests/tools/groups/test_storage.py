"""Cloud storage tools, against an S3 that nobody here wrote and against the sandbox."""

import base64
import json
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.tools.groups.sandboxed import answering, call

from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving
from telnyx_tools.api.client import Api, Credential, Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry
from telnyx_tools.results.result import BUDGET, AttachedResult, Result
from telnyx_tools.shared import presigned

pytestmark = pytest.mark.anyio

KEY = "KEY_sandbox_storage"


@asynccontextmanager
async def storage(moto: str) -> AsyncIterator[Telnyx]:
    async with Api(f"{moto}/v2", storage_endpoint=moto) as api:
        yield api.bind(Credential(KEY), KEY)


@asynccontextmanager
async def sandboxed(clock: Clock | None = None) -> AsyncIterator[Telnyx]:
    async with serving(create_app(clock=clock)) as base_url:
        endpoint = f"{base_url.removesuffix('/v2')}/storage/{{region}}"
        async with Api(base_url, storage_endpoint=endpoint) as api:
            yield api.bind(Credential(KEY), KEY)


async def result(telnyx: Telnyx, name: str, /, **arguments: object) -> Result:
    tool = registry().tools[name]
    return await contexts.run(tool, arguments, telnyx)


async def put(telnyx: Telnyx, bucket: str, name: str, text: str = "", **more: object) -> dict[str, Any]:
    return await call(telnyx, "cloud_storage_put_object", bucket_name=bucket, object_name=name, text=text, **more)


def problem(error: pytest.ExceptionInfo[InvalidArguments]) -> tuple[str, str]:
    (only,) = error.value.problems
    return only.argument, only.problem


async def test_text_goes_into_an_object_and_comes_out(moto: str) -> None:
    async with storage(moto) as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="texts", region="eu-central-1")
        stored = await put(telnyx, "texts", "a b/ü+🙂.md", "# Grüße\n")
        assert (stored["size"], stored["content_type"]) == (10, "text/markdown; charset=utf-8")
        read = await call(telnyx, "cloud_storage_get_object", bucket_name="texts", object_name="a b/ü+🙂.md")
        assert (read["text"], read["size"]) == ("# Grüße\n", 10)
        head = await call(telnyx, "cloud_storage_head_object", bucket_name="texts", object_name="a b/ü+🙂.md")
        assert head["etag"] == stored["etag"]


async def test_an_object_is_replaced_only_where_that_is_asked_for(moto: str) -> None:
    async with storage(moto) as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="kept")
        await put(telnyx, "kept", "contract", "one")
        with pytest.raises(InvalidArguments) as caught:
            await put(telnyx, "kept", "contract", "two")
        argument, said = problem(caught)
        assert argument == "object_name"
        assert "overwrite=true" in said
        await put(telnyx, "kept", "contract", "two", overwrite=True)
        read = await call(telnyx, "cloud_storage_get_object", bucket_name="kept", object_name="contract")
        assert read["text"] == "two"
        with pytest.raises(InvalidArguments) as caught:
            await call(
                telnyx,
                "cloud_storage_copy_object",
                bucket_name="kept",
                object_name="contract",
                to_object_name="contract",
            )
        assert problem(caught)[0] == "to_object_name"


async def test_a_long_text_comes_in_pieces_that_make_the_whole(moto: str) -> None:
    text = "".join(f'Zeile {number} ü漢🙂 "x"\n' for number in range(2_000))
    pieces, start = [], 0
    async with storage(moto) as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="long")
        await put(telnyx, "long", "t.txt", text)
        while True:
            read = await call(telnyx, "cloud_storage_get_object", bucket_name="long", object_name="t.txt", start=start)
            assert len(json.dumps(read, ensure_ascii=False)) <= BUDGET["summary"]
            pieces.append(read["text"])
            if "next_start" not in read:
                break
            start = read["next_start"]
    assert "".join(pieces) == text
    assert len(pieces) > 3


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\xff", "image/png"),
        ("contract.pdf", b"%PDF-1.7\n\xff\xfe", "application/pdf"),
        ("no ending", b"\x00\x01\xff", "application/octet-stream"),
    ],
)
async def test_other_files_are_attached(moto: str, name: str, content: bytes, kind: str) -> None:
    async with storage(moto) as telnyx:
        if "files" not in [each.name for each in await telnyx.s3.list_buckets()]:
            await call(telnyx, "cloud_storage_create_bucket", bucket_name="files")
        encoded = base64.b64encode(content).decode()
        await call(
            telnyx,
            "cloud_storage_put_object",
            bucket_name="files",
            object_name=name,
            content_base64=encoded,
        )
        read = await result(telnyx, "cloud_storage_get_object", bucket_name="files", object_name=name)
    assert isinstance(read, AttachedResult)
    (file,) = read.attachments
    assert (file.content, file.mime_type) == (content, kind)
    assert "text" not in read.wire()


async def test_what_is_too_large_is_told_how_to_get(moto: str) -> None:
    async with storage(moto) as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="video")
        await telnyx.s3.put("video", "v.mp4", b"\x00\xff" * 600_000, "video/mp4")
        read = await result(telnyx, "cloud_storage_get_object", bucket_name="video", object_name="v.mp4")
    assert isinstance(read, AttachedResult)
    assert read.attachments == []
    assert read.wire()["size"] == 1_200_000
    assert "cloud_storage_create_presigned_url" in read.wire()["not_attached"]


async def test_an_empty_object_can_be_put_and_read(moto: str) -> None:
    async with storage(moto) as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="nothing")
        await put(telnyx, "nothing", "a.txt")
        read = await call(telnyx, "cloud_storage_get_object", bucket_name="nothing", object_name="a.txt")
    assert (read["text"], read["size"]) == ("", 0)


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"text": "x" * 700_001}, "text"),
        ({"content_base64": "no base64!"}, "content_base64"),
        ({"text": "x", "content_base64": "eA=="}, "content_base64"),
    ],
)
async def test_content_that_cannot_be_stored_is_refused_before_anything_is_sent(
    given: Mapping[str, object], argument: str
) -> None:
    async with answering(lambda request: httpx2.Response(500)) as telnyx:
        with pytest.raises(InvalidArguments) as caught:
            await call(telnyx, "cloud_storage_put_object", bucket_name="a", object_name="b", **given)
    assert problem(caught)[0] == argument


async def test_2500_objects_are_listed_in_pages_that_fit(moto: str) -> None:
    names = [f"mail/2026/message number {number:04}.eml" for number in range(2_500)]
    async with storage(moto) as telnyx:
        found: list[str] = []
        page: dict[str, object] = {}
        while True:
            listed = await call(telnyx, "cloud_storage_list_objects", bucket_name="many", **page)
            assert len(json.dumps(listed)) <= BUDGET["summary"]
            found += [each["object_name"] for each in listed["items"]]
            if "next" not in listed:
                break
            page = {"page": listed["next"]}
        assert found == names
        deleted = await call(telnyx, "cloud_storage_delete_objects", bucket_name="many", object_names=names[:1_000])
        assert deleted["deleted"] == 1_000


async def test_folders_are_grouped_by_a_delimiter(moto: str) -> None:
    async with storage(moto) as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="tree")
        for name in ("a/1", "a/2", "b/1", "top"):
            await put(telnyx, "tree", name)
        listed = await call(telnyx, "cloud_storage_list_objects", bucket_name="tree", delimiter="/")
        assert [each.get("folder") or each.get("object_name") for each in listed["items"]] == ["a/", "b/", "top"]
        inside = await call(telnyx, "cloud_storage_list_objects", bucket_name="tree", prefix="a/")
        assert [each["object_name"] for each in inside["items"]] == ["a/1", "a/2"]
        copied = await call(
            telnyx, "cloud_storage_copy_object", bucket_name="tree", object_name="a/1", to_object_name="c d"
        )
        assert copied["status"] == "copied"
        await call(telnyx, "cloud_storage_delete_object", bucket_name="tree", object_name="c d")


async def test_a_page_that_nobody_gave_is_refused() -> None:
    async with answering(lambda request: httpx2.Response(500)) as telnyx:
        with pytest.raises(InvalidArguments) as caught:
            await call(telnyx, "cloud_storage_list_objects", bucket_name="a", page="2")
    assert problem(caught)[0] == "page"


async def test_buckets_are_listed_with_their_regions_and_deleted_when_empty() -> None:
    async with sandboxed() as telnyx:
        for number, region in enumerate(["us-west-1", "eu-central-1", "ap-southeast-1"]):
            await call(telnyx, "cloud_storage_create_bucket", bucket_name=f"b-{number}", region=region)
        listed = await call(telnyx, "cloud_storage_list_buckets")
        assert [(each["bucket_name"], each["region"]) for each in listed["items"]] == [
            ("b-0", "us-west-1"),
            ("b-1", "eu-central-1"),
            ("b-2", "ap-southeast-1"),
        ]
        located = await call(telnyx, "cloud_storage_get_bucket_location", bucket_name="b-2")
        assert located["region"] == "ap-southeast-1"
        await put(telnyx, "b-2", "a", "x")
        with pytest.raises(ApiError) as caught:
            await call(telnyx, "cloud_storage_delete_bucket", bucket_name="b-2")
        assert caught.value.code == "BucketNotEmpty"
        await call(telnyx, "cloud_storage_delete_object", bucket_name="b-2", object_name="a")
        assert (await call(telnyx, "cloud_storage_delete_bucket", bucket_name="b-2"))["status"] == "deleted"


async def test_many_buckets_come_in_pages() -> None:
    async with sandboxed() as telnyx:
        for number in range(23):
            await telnyx.s3.create_bucket(f"bucket-{number:02}", "us-east-1")
        first = await call(telnyx, "cloud_storage_list_buckets")
        second = await call(telnyx, "cloud_storage_list_buckets", page=first["next"])
    assert (len(first["items"]), len(second["items"]), first["total_results"]) == (20, 3, 23)
    assert "next" not in second


async def test_a_link_is_made_for_a_name_with_slashes() -> None:
    async with sandboxed() as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="legal-docs")
        await put(telnyx, "legal-docs", "2026/a b+ü.txt", "signed")
        link = await call(
            telnyx, "cloud_storage_create_presigned_url", bucket_name="legal-docs", object_name="2026/a b+ü.txt"
        )
        async with httpx2.AsyncClient() as anybody:
            assert (await anybody.get(link["presigned_url"])).text == "signed"
    assert link.keys() == {"presigned_url", "expires_at"}


async def test_a_link_to_nothing_says_so_and_none_leads_outside_of_the_us() -> None:
    async with sandboxed() as telnyx:
        with pytest.raises(ApiError, match="NoSuchBucket"):
            await call(telnyx, "cloud_storage_create_presigned_url", bucket_name="nowhere", object_name="a.txt")
        await put(telnyx, "legal-docs", "a.txt", "signed", create_bucket=True)
        link = await call(telnyx, "cloud_storage_create_presigned_url", bucket_name="legal-docs", object_name="b.txt")
        assert "no such object" in link["note"]
        with pytest.raises(ApiError, match="NoSuchKey"):
            await call(telnyx, "transcribe_audio", bucket_name="legal-docs", object_name="b.mp3")
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="eu-docs", region="eu-central-1")
        await put(telnyx, "eu-docs", "a.mp3", "sound")
        for tool in ("cloud_storage_create_presigned_url", "transcribe_audio", "upload_media"):
            with pytest.raises(ApiError) as refused:
                await call(telnyx, tool, bucket_name="eu-docs", object_name="a.mp3")
            assert "this one is in eu-central-1" in str(refused.value.describe()["remedy"])


async def test_a_missing_bucket_is_made_once_where_that_is_asked_for() -> None:
    async with sandboxed() as telnyx:
        with pytest.raises(ApiError) as refused:
            await put(telnyx, "legal-docs", "a.txt", "one")
        assert "create_bucket=true" in str(refused.value.describe()["remedy"])
        await put(telnyx, "legal-docs", "a.txt", "one", create_bucket=True)
        await put(telnyx, "legal-docs", "b.txt", "two", create_bucket=True)
        listed = await call(telnyx, "cloud_storage_list_objects", bucket_name="legal-docs")
        buckets = await call(telnyx, "cloud_storage_list_buckets")
    assert [one["object_name"] for one in listed["items"]] == ["a.txt", "b.txt"]
    assert [one["region"] for one in buckets["items"]] == ["us-central-1"]


async def test_usage_tells_what_is_stored_and_asked() -> None:
    async with sandboxed(Clock(lambda: time.time() - 1)) as telnyx:  # what was asked before now, to the millisecond
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="used")
        await put(telnyx, "used", "a", "x" * 1_000)
        usage = await call(telnyx, "cloud_storage_get_bucket_usage", bucket_name="used")
    assert (usage["num_objects"], usage["size"]) == (1, 1_000)
    assert usage["requests"]["bytes_received"] >= 1_000
    assert usage["requests_by_category"]["put_obj"] == 1


async def test_names_that_look_like_a_way_up_are_refused_with_the_reason() -> None:
    async with sandboxed() as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="dots")
        await put(telnyx, "dots", "a..b/..c", "fine")
        with pytest.raises(InvalidArguments) as caught:
            await put(telnyx, "dots", "a/../b", "x")
        assert '".."' in caught.value.problems[0].problem


async def test_a_store_of_keys_and_a_database_are_used() -> None:
    answers = {
        ("POST", "/v2/storage/kvs"): {"data": {"id": "kv1", "name": "state", "status": "pending"}},
        ("GET", "/v2/storage/kvs/kv1/keys"): {
            "data": [{"key": f"k{n}", "size_bytes": 1} for n in range(3)],
            "meta": {"cursor": "more"},
        },
        ("POST", "/v2/storage/sqldbs/db1/actions/query"): {
            "data": {
                "results": [{"n": number, "text": "x" * 500} for number in range(100)],
                "count": 100,
                "meta": {"changes": 0},
            }
        },
    }
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if request.url.path.endswith("/keys/a/b"):
            return httpx2.Response(200, content=b"value" if request.method == "GET" else b"")
        return httpx2.Response(200, json=answers[request.method, request.url.path])

    async with answering(answer) as telnyx:
        assert (await call(telnyx, "create_kv_store", name="state"))["id"] == "kv1"
        keys = await call(telnyx, "list_kv_keys", kv_store_id="kv1", prefix="k")
        assert (len(keys["items"]), keys["next"]) == (3, "0+more")
        await call(telnyx, "list_kv_keys", kv_store_id="kv1", page=keys["next"])
        assert asked[-1].url.params["cursor"] == "more"
        await call(telnyx, "put_kv_value", kv_store_id="kv1", key="a/b", text="value")
        assert (asked[-1].content, asked[-1].url.raw_path) == (b"value", b"/v2/storage/kvs/kv1/keys/a%2Fb")
        assert (await call(telnyx, "get_kv_value", kv_store_id="kv1", key="a/b"))["text"] == "value"
        rows = await call(
            telnyx, "query_sql_database", sql_database_id="db1", sql="SELECT 1 WHERE ? < 2", params=[1, "a", True]
        )
        assert json.loads(asked[-1].content)["params"] == [1, "a", True]
        assert len(json.dumps(rows)) <= BUDGET["summary"]
        assert rows["not_shown"] + len(rows["rows"]) == rows["count"] == 100


async def test_a_bucket_that_was_made_anew_in_another_region_is_found_there() -> None:
    async with sandboxed() as telnyx:
        await call(telnyx, "cloud_storage_create_bucket", bucket_name="moved", region="us-east-1")
        await put(telnyx, "moved", "a", "one")
        await call(telnyx, "cloud_storage_delete_object", bucket_name="moved", object_name="a")
        elsewhere = telnyx.s3
        await elsewhere.delete_bucket("moved")
        await elsewhere.create_bucket("moved", "eu-central-1")
        telnyx._api.storage.settle(telnyx.principal, "moved", "us-east-1")  # as a second process remembers it
        await put(telnyx, "moved", "a", "two")
        read = await call(telnyx, "cloud_storage_get_object", bucket_name="moved", object_name="a")
    assert read["text"] == "two"


async def test_values_are_kept_by_their_keys() -> None:
    clock = Clock(lambda: 1_790_000_000.0)
    async with sandboxed(clock) as telnyx:
        store = (await call(telnyx, "create_kv_store", name="state"))["id"]
        with pytest.raises(ApiError, match="ApiError 4"):
            await call(telnyx, "put_kv_value", kv_store_id=store, key="early", text="x")
        clock.advance(5)
        assert [each["status"] for each in (await call(telnyx, "list_kv_stores"))["items"]] == ["provisioned"]
        await call(telnyx, "put_kv_value", kv_store_id=store, key="calls/last", text="Grüße")
        await call(telnyx, "put_kv_value", kv_store_id=store, key="brief", text="x", ttl_secs=60)
        assert (await call(telnyx, "get_kv_value", kv_store_id=store, key="calls/last"))["text"] == "Grüße"
        clock.advance(61)
        listed = await call(telnyx, "list_kv_keys", kv_store_id=store)
        assert [(each["key"], each["size_bytes"]) for each in listed["items"]] == [("calls/last", 7)]
        await call(telnyx, "delete_kv_value", kv_store_id=store, key="calls/last")
        with pytest.raises(ApiError, match="ApiError 404 "):
            await call(telnyx, "get_kv_value", kv_store_id=store, key="calls/last")
        await call(telnyx, "delete_kv_store", kv_store_id=store)


async def test_a_long_list_of_keys_is_given_whole() -> None:
    clock = Clock(lambda: 1_790_000_000.0)
    async with sandboxed(clock) as telnyx:
        store = (await call(telnyx, "create_kv_store", name="state"))["id"]
        clock.advance(5)
        keys = [f"a rather long key/number {number:03} ü" for number in range(120)]
        for key in keys:
            await call(telnyx, "put_kv_value", kv_store_id=store, key=key, text="x")
        found: list[str] = []
        page: dict[str, object] = {}
        while True:
            listed = await call(telnyx, "list_kv_keys", kv_store_id=store, **page)
            assert len(json.dumps(listed, ensure_ascii=False)) <= BUDGET["summary"]
            found += [each["key"] for each in listed["items"]]
            if "next" not in listed:
                break
            page = {"page": listed["next"]}
    assert found == keys


async def test_a_link_is_made_and_says_so_where_nobody_tells_in_time_whether_the_object_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presigned, "CHECK_SECS", 0.05)
    bucket, key = "legal-docs", Credential("KEY_sandbox_links")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        unheard = f"http://127.0.0.1:{silent.getsockname()[1]}/{{region}}"
        async with serving(create_app()) as base_url:
            storage = base_url.removesuffix("/v2") + "/storage/{region}"
            async with Api(base_url, storage_endpoint=storage) as api:
                await call(api.bind(key, "links"), "cloud_storage_create_bucket", bucket_name=bucket)
            async with Api(base_url, storage_endpoint=unheard) as api:
                given = {"bucket_name": bucket, "object_name": "a.txt"}
                link = await call(api.bind(key, "links"), "cloud_storage_create_presigned_url", **given)
    assert "could not be checked" in link["note"]
    assert link["presigned_url"]
