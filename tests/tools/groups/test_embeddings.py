"""Embedding buckets and websites, following the task, and searching by meaning."""

import json

import httpx2
import pytest
from tests.sandbox.buckets import FILES, give_bucket, stored
from tests.tools.groups.sandboxed import answering, call

from telnyx_sandbox.clock import Clock
from telnyx_sandbox.groups.storage.bucket import Bucket
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.results.result import BUDGET


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    return give_bucket(monkeypatch, "kb", FILES)


async def embed(telnyx: Telnyx) -> str:
    return str((await call(telnyx, "create_embeddings", bucket_name="kb"))["task_id"])


async def test_a_bucket_is_embedded_and_a_question_finds_its_passage(telnyx: Telnyx) -> None:
    task = await call(telnyx, "create_embeddings", bucket_name="kb", wait_for="done")
    assert (task["status"], task["bucket_name"]) == ("success", "kb")
    assert "create_assistant_tool" in task["next_step"]
    found = await call(telnyx, "similarity_search", bucket_name="kb", query="Can I get refunded?", num_of_docs=2)
    best, other = found["passages"]
    assert (best["filename"], best["text"]) == ("returns.txt", FILES["returns.txt"].decode())
    assert best["distance"] < other["distance"]
    assert best["source"].endswith("/kb/returns.txt")
    assert "cut" not in best
    assert (await call(telnyx, "list_embedded_buckets"))["items"] == [{"name": "kb"}]


async def test_files_that_failed_are_told_with_their_reason_by_every_tool(telnyx: Telnyx, bucket: Bucket) -> None:
    bucket.objects["photo.jpg"] = stored("photo.jpg", b"\xff\xd8")
    task = await call(telnyx, "create_embeddings", bucket_name="kb", wait_for="done")
    assert task["status"] == "partial_success"
    (failed,) = task["failed_files"]
    assert (failed["filename"], "cannot be read" in failed["error_reason"]) == ("photo.jpg", True)
    assert await call(telnyx, "get_embedding_task", task_id=task["task_id"]) == task
    files = (await call(telnyx, "get_embedded_bucket", bucket_name="kb"))["items"]
    assert [file["status"] for file in files] == ["embedded"] * 3 + ["failed"]
    only = (await call(telnyx, "get_embedded_bucket", bucket_name="kb", failed_only=True))["items"]
    assert [file["error_reason"] for file in only] == [failed["error_reason"]]


async def test_a_website_is_copied_into_the_bucket(telnyx: Telnyx) -> None:
    task = await call(telnyx, "embed_url", url="https://shop.example.com", bucket_name="kb", wait_for="done")
    assert task["status"] == "success"
    found = await call(telnyx, "similarity_search", bucket_name="kb", query="What does a rake cost?", num_of_docs=1)
    assert "25 USD" in found["passages"][0]["text"]


async def test_a_bucket_for_the_website_is_made_where_it_is_missing_and_asked_for(telnyx: Telnyx) -> None:
    site = {"url": "https://shop.example.com", "bucket_name": "site"}
    with pytest.raises(ApiError, match="10005") as refused:
        await call(telnyx, "embed_url", **site)
    assert "create_bucket=true" in str(refused.value.describe()["remedy"])
    for _ in range(2):
        task = await call(telnyx, "embed_url", **site, create_bucket=True, wait_for="done")
        assert task["status"] == "success"
    assert [bucket.name for bucket in await telnyx.s3.list_buckets()] == ["kb", "site"]
    assert len((await call(telnyx, "get_embedded_bucket", bucket_name="site"))["items"]) == 5
    with pytest.raises(ApiError, match="InvalidBucketName"):
        await call(telnyx, "embed_url", **{**site, "bucket_name": "No Bucket"}, create_bucket=True)


async def test_tasks_of_every_status_are_listed_the_newest_first(telnyx: Telnyx, clock: Clock) -> None:
    done = await embed(telnyx)
    clock.advance(5)
    running = await embed(telnyx)
    listed = (await call(telnyx, "list_embedding_tasks"))["items"]
    assert [(task["task_id"], task["status"]) for task in listed] == [(running, "queued"), (done, "success")]
    listed = (await call(telnyx, "list_embedding_tasks", status=["queued", "failure"]))["items"]
    assert [task["task_id"] for task in listed] == [running]
    assert listed[0]["bucket_name"] == "kb"


async def test_a_search_before_the_files_are_embedded_says_why_it_finds_nothing(telnyx: Telnyx) -> None:
    await embed(telnyx)
    found = await call(telnyx, "similarity_search", bucket_name="kb", query="tools")
    assert found["passages"] == []
    assert "list_embedding_tasks" in found["note"]


async def test_a_bucket_that_is_disabled_is_searched_no_more(telnyx: Telnyx) -> None:
    await embed(telnyx)
    disabled = await call(telnyx, "disable_bucket_embeddings", bucket_name="kb")
    assert disabled == {"bucket_name": "kb", "embedded": False}
    with pytest.raises(ApiError, match="10005") as refused:
        await call(telnyx, "similarity_search", bucket_name="kb", query="tools")
    assert "create_embeddings" in str(refused.value.describe()["remedy"])


async def test_an_overlap_as_long_as_the_chunk_is_refused(telnyx: Telnyx) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(
            telnyx, "create_embeddings", bucket_name="kb", document_chunk_size=10, document_chunk_overlap_size=10
        )
    assert [problem.argument for problem in refused.value.problems] == ["document_chunk_overlap_size"]
    assert (await call(telnyx, "list_embedding_tasks"))["items"] == []


async def test_long_passages_share_the_room_and_the_short_ones_stay_whole(
    telnyx: Telnyx, bucket: Bucket, clock: Clock
) -> None:
    for name in "abcd":
        words = " ".join(f'"{name}{number}"' for number in range(1_000))
        bucket.objects[name] = stored(f"{name}.txt", f"tool {words}".encode())
    await embed(telnyx)
    clock.advance(5)
    found = await call(telnyx, "similarity_search", bucket_name="kb", query="tool", num_of_docs=20)
    size = len(json.dumps(found, separators=(",", ":"), ensure_ascii=False))
    assert 0.8 * BUDGET["summary"] < size <= BUDGET["summary"]
    assert [passage["filename"][0] for passage in found["passages"] if passage.get("cut")] == [*"abcd"]


async def test_a_bucket_of_many_files_is_walked_in_small_pages() -> None:
    files = [{"filename": f"file {n}", "status": "failed", "error_reason": "x" * 200} for n in range(100)]
    seen, page = [], "1"
    async with answering(lambda _: httpx2.Response(200, json={"data": files})) as telnyx:
        while page:
            found = await call(telnyx, "get_embedded_bucket", bucket_name="kb", page=page)
            assert len(json.dumps(found, separators=(",", ":"))) <= BUDGET["summary"]
            seen += [file["filename"] for file in found["items"]]
            page = found.get("next", "")
    assert seen == [file["filename"] for file in files]


async def test_a_status_that_nobody_knows_is_not_taken_for_the_end(clock: Clock) -> None:
    statuses = iter(["queued", "reticulating", "success"])

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"data": {"task_id": "t1", "status": next(statuses)}})

    async with answering(answer) as telnyx:
        task = await call(telnyx, "create_embeddings", bucket_name="docs", wait_for="done")
    assert task["status"] == "success"
