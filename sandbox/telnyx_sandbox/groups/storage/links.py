"""Presigned URLs: whoever has one reads or writes one object without a key, until it expires."""

from dataclasses import dataclass
from secrets import token_urlsafe
from urllib.parse import quote

from ...clock import iso
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request, header
from ...routing import Routes
from .bucket import Bucket

routes = Routes()

USUAL_SECS = 300
LONGEST_SECS = 7 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Link:
    bucket: str
    key: str
    expires_at: float

    def opens(self, method: str, place: tuple[str, str], now: float) -> bool:
        return method in ("GET", "HEAD", "PUT") and place == (self.bucket, self.key) and now < self.expires_at


@routes.post("/storage/buckets/{bucket_name}/{object_name}/presigned_url")
def create_link(request: Request) -> Reply:
    bucket = request.account.find(Bucket, request.ids["bucket_name"])
    if not bucket.region.startswith("us-"):
        raise SandboxError("10015", "Presigned URLs are offered in the US regions only.")
    asked = request.body.integer("ttl")
    secs = min(USUAL_SECS if asked is None else max(asked, 1), LONGEST_SECS)
    link = Link(bucket.name, request.ids["object_name"], request.account.clock.now() + secs)
    token = token_urlsafe(24)
    request.account.collection(Link)[token] = link
    return Reply(
        {
            "content": {
                "token": token,
                "expires_at": iso(link.expires_at),
                "presigned_url": f"{_endpoint(request, bucket)}/{_encoded(link)}?token={token}",
            }
        }
    )


def _endpoint(request: Request, bucket: Bucket) -> str:
    return f"http://{header(request.headers, b'host')}/storage/{bucket.region}"


def _encoded(link: Link) -> str:
    return f"{link.bucket}/{quote(link.key, safe='/')}"
