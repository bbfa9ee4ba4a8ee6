"""Embeddings: what becomes of the files of a bucket, what a search finds in them, and what both cost."""

import httpx2
import pytest
from tests.sandbox.answers import balance, code, data
from tests.sandbox.buckets import FILES, give_bucket, stored

from telnyx_sandbox.account import Account
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.groups.embeddings.document import Chunking, read_document
from telnyx_sandbox.groups.embeddings.embedded_bucket import EmbeddedBucket, passages_about
from telnyx_sandbox.groups.storage.bucket import Bucket

BAD = {"photo.jpg": b"\xff\xd8\xff", "empty.txt": b" ", "huge.txt": b"word " * 300_000}
SITE = "https://shop.example.com/garden"


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Made before the sandbox, which `api` starts."""
    return give_bucket(monkeypatch, "kb", FILES)


async def embed(api: httpx2.AsyncClient, **fields: object) -> str:
    return str(data(await api.post("/ai/embeddings", json={"bucket_name": "kb", **fields}))["task_id"])


async def status(api: httpx2.AsyncClient, task_id: str) -> str:
    return str(data(await api.get(f"/ai/embeddings/{task_id}"))["status"])


async def search(api: httpx2.AsyncClient, query: str, **fields: object) -> list[tuple[str, float]]:
    body = {"bucket_name": "kb", "query": query, **fields}
    found = data(await api.post("/ai/embeddings/similarity-search", json=body))
    assert all(each["document_chunk"] and each["metadata"]["source"] for each in found)
    return [(each["metadata"]["filename"], each["distance"]) for each in found]


async def test_a_task_moves_with_time_and_then_its_files_can_be_found(api: httpx2.AsyncClient, clock: Clock) -> None:
    task_id = await embed(api)
    seen = [await status(api, task_id)]
    assert await search(api, "warranty") == []
    for secs in (0.2, 0.3):
        clock.advance(secs)
        seen.append(await status(api, task_id))
    assert seen == ["queued", "processing", "success"]
    assert data(await api.get("/ai/embeddings/buckets")) == {"buckets": ["kb"]}
    found = await search(api, "How long is the warranty on tools?")
    assert found[0][0] == "warranty.html"
    assert 0 < found[0][1] < found[1][1] <= 1
    assert len(await search(api, "How long is the warranty on tools?", num_of_docs=1)) == 1
    assert (await search(api, FILES["returns.txt"].decode()))[0] == ("returns.txt", 0)
    assert {distance for _, distance in await search(api, "zebra")} == {1}


@pytest.mark.parametrize(("good", "outcome"), [(True, "partial_success"), (False, "failure")])
async def test_files_that_cannot_be_read_fail_with_a_reason(
    api: httpx2.AsyncClient, bucket: Bucket, clock: Clock, good: bool, outcome: str
) -> None:
    if not good:
        bucket.objects.clear()
    bucket.objects.update((key, stored(key, content)) for key, content in BAD.items())
    task_id = await embed(api)
    clock.advance(5)
    assert await status(api, task_id) == outcome
    files = {file["filename"]: file for file in data(await api.get("/ai/embeddings/buckets/kb"))}
    assert {name for name, file in files.items() if file["error_reason"]} == BAD.keys()
    assert "larger" in files["huge.txt"]["error_reason"]
    assert {file["status"] for name, file in files.items() if name in FILES} == ({"embedded"} if good else set())


async def test_what_is_put_into_the_bucket_later_follows_by_itself(
    api: httpx2.AsyncClient, bucket: Bucket, clock: Clock
) -> None:
    await embed(api)
    clock.advance(5)
    bucket.objects["hours.txt"] = stored("hours.txt", b"Open on Sunday.", clock.now())
    del bucket.objects["returns.txt"]
    assert "hours.txt" not in [name for name, _ in await search(api, "Sunday")]
    clock.advance(1)
    assert (await search(api, "Sunday"))[0][0] == "hours.txt"
    assert "returns.txt" not in [name for name, _ in await search(api, "refunded")]


async def test_a_website_becomes_objects_of_the_bucket(api: httpx2.AsyncClient, bucket: Bucket, clock: Clock) -> None:
    body = {"url": SITE, "bucket_name": "kb"}
    task_id = data(await api.post("/ai/embeddings/url", json=body))["task_id"]
    clock.advance(5)
    assert await status(api, task_id) == "success"
    assert (await search(api, "What does a rake cost?"))[0][0] == "shop.example.com/pricing.html"
    assert "shop.example.com/index.html" in bucket.objects
    task_id = data(await api.post("/ai/embeddings/url", json={**body, "url": "https://nobody.invalid"}))["task_id"]
    clock.advance(5)
    assert await status(api, task_id) == "failure"


async def test_tasks_are_listed_by_status(api: httpx2.AsyncClient, clock: Clock) -> None:
    done = await embed(api)
    clock.advance(5)
    running = await embed(api)

    async def listed(query: str = "") -> list[str]:
        return [task["task_id"] for task in data(await api.get(f"/ai/embeddings{query}"))]

    assert await listed() == [running]
    assert await listed("?status=success") == [done]
    assert await listed("?status=success&status=queued") == [done, running]


async def test_embedding_and_searching_cost_money_and_an_idempotency_key_saves_it(api: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once"}
    tasks = [await api.post("/ai/embeddings", json={"bucket_name": "kb"}, headers=headers) for _ in range(2)]
    assert data(tasks[0])["task_id"] == data(tasks[1])["task_id"]
    assert await balance(api) == "99.9985"
    await search(api, "tools")
    assert await balance(api) == "99.9984"


async def test_a_bucket_is_disabled_and_no_longer_searched(api: httpx2.AsyncClient) -> None:
    await embed(api)
    assert (await api.delete("/ai/embeddings/buckets/kb")).status_code == 204
    answers = [
        await api.delete("/ai/embeddings/buckets/kb"),
        await api.get("/ai/embeddings/buckets/kb"),
        await api.post("/ai/embeddings/similarity-search", json={"bucket_name": "kb", "query": "tools"}),
    ]
    assert [code(answer) for answer in answers] == ["10005"] * 3


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("", {"bucket_name": "none"}, "10005"),
        ("", {"bucket_name": "kb", "document_chunk_size": 10, "document_chunk_overlap_size": 10}, "10033"),
        ("", {"bucket_name": "kb", "embedding_model": "none"}, "10032"),
        ("/url", {"bucket_name": "none", "url": SITE}, "10005"),
        ("/url", {"bucket_name": "kb", "url": "ftp://example.com"}, "10003"),
        ("/url", {"url": SITE}, "10004"),
    ],
)
async def test_what_cannot_be_embedded_is_refused_and_costs_nothing(
    api: httpx2.AsyncClient, path: str, body: dict[str, object], expected: str
) -> None:
    assert code(await api.post(f"/ai/embeddings{path}", json=body)) == expected
    assert await balance(api) == "100.00"


def test_a_question_is_answered_from_all_the_buckets_that_are_embedded(clock: Clock) -> None:
    account = Account("KEY_sandbox_first", clock)
    for name, content in FILES.items():
        bucket = Bucket(name, "us-central-1", 0.0, {name: stored(name, content)})
        account.collection(EmbeddedBucket)[name] = EmbeddedBucket(bucket, Chunking(), "model", 0.0)
    found = passages_about(account, [*FILES, "none"], "How long does a parcel take, and a refund?")
    assert [passage.filename for passage in found] == ["shipping.txt", "returns.txt"]
    assert passages_about(account, ["warranty.html"], "parcel") == []


def test_passages_have_their_size_and_overlap() -> None:
    text = " ".join(str(number) for number in range(10)).encode()
    document = read_document(stored("numbers.txt", text), Chunking(size=4, overlap=1))
    assert [passage.text for passage in document.passages] == ["0 1 2 3", "3 4 5 6", "6 7 8 9"]
    short = read_document(stored("short.txt", b"one two"), Chunking())
    assert [passage.text for passage in short.passages] == ["one two"]
    many = read_document(stored("many.txt", b"word " * 5_000), Chunking(size=4_000, overlap=3_999))
    assert many.failure is not None


async def test_secrets_are_kept_by_identifier_without_their_value(api: httpx2.AsyncClient) -> None:
    secret = {"identifier": "crm", "type": "basic", "username": "u", "password": "hidden"}
    made = await api.post("/integration_secrets", json=secret)
    assert "hidden" not in made.text + (await api.get("/integration_secrets")).text
    assert code(await api.post("/integration_secrets", json=secret)) == "10027"
    assert code(await api.post("/integration_secrets", json={**secret, "password": ""})) == "10004"
    assert code(await api.post("/integration_secrets", json={"identifier": "x", "type": "bearer"})) == "10004"
    assert data(await api.get("/integration_secrets?filter[type]=bearer")) == []
    path = f"/integration_secrets/{data(made)['id']}"
    assert [(await api.delete(path)).status_code for _ in range(2)] == [204, 404]
