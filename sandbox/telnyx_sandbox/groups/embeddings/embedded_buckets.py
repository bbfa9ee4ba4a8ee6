"""Buckets that are embedded, file by file."""

from ...reply import Reply
from ...request import Request
from ...routing import Routes
from .embedded_bucket import EmbeddedBucket, find_embedded

routes = Routes()


@routes.get("/ai/embeddings/buckets")
def list_buckets(request: Request) -> Reply:
    return Reply({"data": {"buckets": list(request.account.collection(EmbeddedBucket))}})


@routes.get("/ai/embeddings/buckets/{bucket_name}")
def get_bucket(request: Request) -> Reply:
    embedded = find_embedded(request.account, request.ids["bucket_name"])
    return Reply({"data": embedded.render_files(request.account.clock.now())})


@routes.delete("/ai/embeddings/buckets/{bucket_name}")
def disable_bucket(request: Request) -> Reply:
    embedded = find_embedded(request.account, request.ids["bucket_name"])
    del request.account.collection(EmbeddedBucket)[embedded.bucket.name]
    return Reply(None, 204)
