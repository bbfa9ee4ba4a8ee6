"""Summaries of files in cloud storage."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import LONG_SECS, Telnyx
from telnyx_tools.groups.inference import inference
from telnyx_tools.groups.inference.chat import LOST
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BucketName, ObjectName


class Summary(Result):
    summary: Annotated[str | None, Outside("a model, of what it was given to read")] = None


@inference.tool(
    effect=Effect.SPENDS, scope="ai.write", calls="POST /ai/summarize", check=LOST, borrowed={"bucket_name": "storage"}
)
async def summarize_file(
    telnyx: Telnyx,
    bucket_name: BucketName,
    object_name: ObjectName,
    system_prompt: Annotated[str | None, Field(min_length=1, description="what the summary should be like")] = None,
) -> Summary:
    """Summarize a file in a bucket: text, PDF, HTML, CSV, JSON, audio or video up to 100 MB. Charged by the token."""
    body = {"bucket": bucket_name, "filename": object_name, "system_prompt": system_prompt}
    answer = await telnyx.post("/ai/summarize", body=present(body), idempotency_key=True, timeout_secs=LONG_SECS)
    return shape(Summary, answer)
