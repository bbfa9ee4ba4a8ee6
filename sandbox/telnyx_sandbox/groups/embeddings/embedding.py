"""Embedding of buckets and websites, its tasks, and search in the result."""

from decimal import Decimal

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...query import Query
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..storage.bucket import Bucket
from .document import Chunking, Passage
from .embedded_bucket import EmbeddedBucket, find_bucket, find_embedded
from .ranking import nearest
from .task import STATUSES, Task
from .website import read_website

routes = Routes()

MODEL = "thenlper/gte-large"
PRICE_PER_FILE = Decimal("0.0005")
PRICE_PER_SEARCH = Decimal("0.0001")
DEFAULT_PASSAGES, MOST_PASSAGES = 3, 100


@routes.post("/ai/embeddings", takes_idempotency_key=True)
def embed_bucket(request: Request) -> Reply:
    account, body = request.account, request.body
    bucket = find_bucket(account, body.required_text("bucket_name"))
    return _start(account, bucket, "embed_bucket", _chunking(request), body.text("embedding_model") or MODEL)


@routes.post("/ai/embeddings/url", takes_idempotency_key=True)
def embed_website(request: Request) -> Reply:
    account, body = request.account, request.body
    bucket = find_bucket(account, body.required_text("bucket_name"))
    pages = read_website(body.required_text("url"), account.clock.now())
    if not pages:
        return _queue(account, bucket, "embed_url", 0, 0)
    account.require_funds(PRICE_PER_FILE * (len(bucket.objects) + len(pages)))
    bucket.objects.update((page.key, page) for page in pages)
    return _start(account, bucket, "embed_url", Chunking(), MODEL)


@routes.get("/ai/embeddings")
def list_tasks(request: Request) -> Reply:
    """List the unfinished tasks, or those with the query's statuses."""
    wanted, now = _statuses(request.query), request.account.clock.now()
    tasks = [task for task in request.account.collection(Task).values() if task.status(now) in wanted]
    return Reply({"data": [{**task.render(now), "bucket": task.bucket} for task in tasks]})


@routes.get("/ai/embeddings/{task_id}")
def get_task(request: Request) -> Reply:
    task = request.account.find(Task, request.ids["task_id"])
    return data(task.render(request.account.clock.now()))


@routes.post("/ai/embeddings/similarity-search")
def search(request: Request) -> Reply:
    account, body = request.account, request.body
    embedded = find_embedded(account, body.required_text("bucket_name"))
    most = _number(body, "num_of_docs", DEFAULT_PASSAGES, 1, MOST_PASSAGES)
    account.charge(PRICE_PER_SEARCH)
    found = nearest(embedded.passages(account.clock.now()), body.required_text("query"), most)
    return Reply({"data": [_render(embedded, distance, passage) for distance, passage in found]})


def _start(account: Account, bucket: Bucket, name: str, chunking: Chunking, model: str) -> Reply:
    account.charge(PRICE_PER_FILE * len(bucket.objects))
    embedded = EmbeddedBucket(bucket, chunking, model, account.clock.now())
    account.collection(EmbeddedBucket)[bucket.name] = embedded
    outcomes = [document.failure for _, document in embedded.documents()]
    return _queue(account, bucket, name, len(outcomes), sum(failure is not None for failure in outcomes))


def _queue(account: Account, bucket: Bucket, name: str, files: int, failed: int) -> Reply:
    now = account.clock.now()
    task = Task(account.ids.uuid("embedding"), name, account.ids.owner_id, bucket.name, files, failed, now)
    account.collection(Task)[task.id] = task
    return data(task.render(now))


def _chunking(request: Request) -> Chunking:
    body, usual = request.body, Chunking()
    size = _number(body, "document_chunk_size", usual.size, 1, 10_000)
    overlap = _number(body, "document_chunk_overlap_size", min(usual.overlap, size // 2), 0, size - 1)
    return Chunking(size, overlap)


def _number(body: Body, name: str, default: int, low: int, high: int) -> int:
    value = body.integer(name)
    if value is None:
        return default
    if not low <= value <= high:
        raise SandboxError("10033", f"{name} must be between {low} and {high}.", pointer=body.pointer(name))
    return value


def _statuses(query: Query) -> set[str]:
    wanted = set(query.many("status"))
    if not wanted <= set(STATUSES):
        raise SandboxError("10032", f"status takes {', '.join(STATUSES)}.", parameter="status")
    return wanted or {"queued", "processing"}


def _render(embedded: EmbeddedBucket, distance: float, passage: Passage) -> dict[str, object]:
    return {
        "document_chunk": passage.text,
        "distance": round(distance, 6),
        "metadata": {
            "source": embedded.source(passage),
            "checksum": passage.checksum,
            "embedding": embedded.model,
            "filename": passage.filename,
            "certainty": round(1 - distance / 2, 6),
            "loader_metadata": {},
        },
    }
