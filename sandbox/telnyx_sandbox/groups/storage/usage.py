"""The usage of a bucket: its size, and the requests made to it."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...moments import queried_moment
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from .bucket import Bucket

routes = Routes()

MOST_CALLS = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    category: str
    at: float
    received: int
    sent: int
    ok: bool


@dataclass(slots=True)
class BucketUse:
    """The last requests to a bucket, in `account.collection(BucketUse)` by its name."""

    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=MOST_CALLS))


def record(account: Account, bucket: str, category: str, received: int, sent: int, *, ok: bool) -> None:
    """Record a request that named a bucket of this account."""
    if bucket in account.collection(Bucket):
        use = account.collection(BucketUse).setdefault(bucket, BucketUse())
        use.calls.append(Call(category, account.clock.now(), received, sent, ok))


@routes.get("/storage/buckets/{bucket_name}/usage/storage")
def storage_usage(request: Request) -> Reply:
    objects = request.account.find(Bucket, request.ids["bucket_name"]).objects.values()
    size = sum(each.size for each in objects)
    now = iso(request.account.clock.now())
    usage = {"size": size, "size_kb": -(-size // 1024), "num_objects": len(objects), "timestamp": now}
    meta = {"page_number": 1, "total_pages": 1, "page_size": 20, "total_results": 1}
    return Reply({"data": [usage], "meta": meta})


@routes.get("/storage/buckets/{bucket_name}/usage/api")
def api_usage(request: Request) -> Reply:
    bucket = request.account.find(Bucket, request.ids["bucket_name"])
    start, end = (_required_moment(request, f"filter[{name}_time]") for name in ("start", "end"))
    use = request.account.collection(BucketUse).get(bucket.name, BucketUse())
    calls = [call for call in use.calls if start <= call.at < end]
    by_category: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_category[call.category].append(call)
    categories = [{"category": name, **_total(some)} for name, some in sorted(by_category.items())]
    return Reply({"data": [{"categories": categories, "timestamp": iso(start), "total": _total(calls)}]})


def _total(calls: list[Call]) -> dict[str, int]:
    return {
        "ops": len(calls),
        "successful_ops": sum(call.ok for call in calls),
        "bytes_received": sum(call.received for call in calls),
        "bytes_sent": sum(call.sent for call in calls),
    }


def _required_moment(request: Request, name: str) -> float:
    moment = queried_moment(request.query, name)
    if moment is None:
        raise SandboxError("10004", f"{name} is required.", parameter=name)
    return moment
