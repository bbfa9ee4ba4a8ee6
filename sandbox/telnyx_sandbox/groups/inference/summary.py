"""Summaries: the beginning of the file."""

import re
from decimal import Decimal

from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..storage.bucket import Bucket

routes = Routes()

PRICE = Decimal("0.002")
LONGEST = 300


@routes.post("/ai/summarize", takes_idempotency_key=True)
def summarize(request: Request) -> Reply:
    body = request.body
    bucket = request.account.collection(Bucket).get(body.required_text("bucket"))
    stored = None if bucket is None else bucket.objects.get(body.required_text("filename"))
    if stored is None:
        raise SandboxError("10005", "There is no such file in this bucket.")
    request.account.charge(PRICE)
    text = re.sub(r"<[^<>]*>", " ", stored.content.decode("utf-8", "replace"))
    return data({"summary": f"Summary: {' '.join(text.split())[:LONGEST]}"})
