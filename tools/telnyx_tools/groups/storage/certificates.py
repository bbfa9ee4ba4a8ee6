"""The certificate of a bucket that serves a website under a domain of its own."""

from __future__ import annotations

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.storage import storage
from telnyx_tools.results.result import Part, Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName

TEMPLATE = "/storage/buckets/{bucket_name}/ssl_certificate"


class Party(Part):
    common_name: str | None = None
    organization: str | None = None


class Certificate(Result):
    id: str | None = None
    issued_to: Party | None = None
    issued_by: Party | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    created_at: str | None = None


@storage.tool(effect=Effect.READ, scope="storage.read", calls=f"GET {TEMPLATE}")
async def cloud_storage_get_ssl_certificate(telnyx: Telnyx, bucket_name: BucketName) -> Certificate:
    """A bucket's TLS certificate: its domain and expiry."""
    return shape(Certificate, await telnyx.get(TEMPLATE, bucket_name=bucket_name))


@storage.tool(effect=Effect.DESTROY, scope="storage.write", calls=f"DELETE {TEMPLATE}")
async def cloud_storage_delete_ssl_certificate(telnyx: Telnyx, bucket_name: BucketName) -> Certificate:
    """Remove a bucket's TLS certificate; https on its own domain then stops working."""
    return shape(Certificate, await telnyx.delete(TEMPLATE, bucket_name=bucket_name))
