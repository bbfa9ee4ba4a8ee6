"""A bucket's size and its requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.storage import storage
from telnyx_tools.results.result import Part, Result, objects
from telnyx_tools.shared.parallel import read_all
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, Moment

USUAL_DAYS = 7
_JUST_NOW = timedelta(seconds=1)


class Requests(Part):
    ops: int | None = None
    successful_ops: int | None = None
    bytes_received: int | None = None
    bytes_sent: int | None = None


class BucketUsage(Result):
    bucket_name: str | None = None
    num_objects: int | None = None
    size: int | None = Field(None, description="bytes stored")
    measured_at: str | None = None
    requests: Requests | None = Field(None, description="of the period, all together")
    requests_by_category: dict[str, int] | None = None
    unavailable: dict[str, str] | None = Field(None, description="what could not be read, and why")


@storage.tool(
    effect=Effect.READ,
    scope="storage.read",
    calls=("GET /storage/buckets/{bucket_name}/usage/storage", "GET /storage/buckets/{bucket_name}/usage/api"),
    aliases=("get_bucket_usage",),
)
async def cloud_storage_get_bucket_usage(
    telnyx: Telnyx,
    bucket_name: BucketName,
    since: Annotated[Moment | None, Field(description="default: 7 days before until")] = None,
    until: Annotated[Moment | None, Field(description="default: now")] = None,
) -> BucketUsage:
    """A bucket's stored size now, and its requests in a period."""
    end = datetime.fromisoformat(until) if until else datetime.now(UTC) + _JUST_NOW
    start = datetime.fromisoformat(since) if since else end - timedelta(days=USUAL_DAYS)
    period = {"start_time": _written(start), "end_time": _written(end)}
    found, failed = await read_all(
        {
            "storage": telnyx.get("/storage/buckets/{bucket_name}/usage/storage", bucket_name=bucket_name),
            "requests": telnyx.get(
                "/storage/buckets/{bucket_name}/usage/api", query={"filter": period}, bucket_name=bucket_name
            ),
        }
    )
    stored = max(objects(found.get("storage")), key=lambda each: str(each.get("timestamp")), default={})
    calls = objects(found.get("requests"))
    return BucketUsage(
        bucket_name=bucket_name,
        num_objects=_number(stored.get("num_objects")),
        size=_number(stored.get("size")),
        measured_at=str(stored["timestamp"]) if stored.get("timestamp") else None,
        requests=Requests(**_sums([each.get("total") for each in calls])) if calls else None,
        requests_by_category=_by_category(calls) or None,
        unavailable=failed or None,
    )


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _sums(totals: list[Any]) -> dict[str, int]:
    known = [total for total in totals if isinstance(total, dict)]
    return {name: sum(_number(each.get(name)) or 0 for each in known) for name in Requests.model_fields}


def _by_category(calls: list[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for call in calls:
        for each in objects(call.get("categories")):
            name = str(each.get("category"))[:100]
            counts[name] = counts.get(name, 0) + (_number(each.get("ops")) or 0)
    return counts
