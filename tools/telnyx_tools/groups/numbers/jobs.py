"""Changes of many numbers at once, which Telnyx carries out in the background."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.groups.numbers.fields import CustomerReference
from telnyx_tools.groups.numbers.voice import VoiceChange
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.shared.numbers import resolve_numbers
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.secret_text import SecretText
from telnyx_tools.tool.types import AnsweringId, BillingGroupId, PhoneNumberJobId, PhoneNumbers

Numbers = Annotated[
    PhoneNumbers, Field(min_length=1, max_length=1_000, description="numbers (E.164) or ids, all of them yours")
]
SHOWN_FAILURES = 20


class Reason(Part):
    code: str | None = None
    title: str | None = None
    detail: str | None = None


class Failure(Part):
    phone_number: str | None = None
    errors: list[Reason] | None = None


class PhoneNumberJob(Result):
    id: str | None = None
    type: str | None = None
    status: str | None = Field(None, description="pending, in_progress, completed, failed or expired")
    succeeded: int | None = Field(None, description="numbers")
    failed: int | None = None
    pending: int | None = None
    failures: list[Failure] | None = Field(None, description=f"the first {SHOWN_FAILURES}")
    created_at: str | None = None
    updated_at: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _counted(cls, raw: Any) -> Any:
        """Counts in place of up to a thousand entries."""
        if not isinstance(raw, dict):
            return raw
        entries = (raw.get(f"{kind}_operations") for kind in ("successful", "failed", "pending"))
        done, failed, left = (entry if isinstance(entry, list) else [] for entry in entries)
        counts = {"succeeded": len(done), "failed": len(failed), "pending": len(left)}
        return {**raw, **counts, "failures": failed[:SHOWN_FAILURES] or None}


@numbers.tool(
    effect=Effect.WRITE,
    scope="numbers.write",
    calls=("POST /phone_numbers/jobs/update_phone_numbers", "POST /phone_numbers/actions/verify_ownership"),
    sensitive={"deletion_lock_enabled": "transfer", "external_pin": "transfer"},
)
async def update_phone_numbers_in_bulk(
    telnyx: Telnyx,
    phone_numbers: Numbers,
    connection_id: NewValue[AnsweringId] = OMITTED,
    tags: Annotated[NewValue[list[str]], Field(description="replaces all tags")] = OMITTED,
    customer_reference: NewValue[CustomerReference] = OMITTED,
    billing_group_id: NewValue[BillingGroupId] = OMITTED,
    external_pin: Annotated[NewValue[SecretText], Field(description="port-out PIN")] = OMITTED,
    hd_voice_enabled: Annotated[NewValue[bool], Field(description="costs extra")] = OMITTED,
    deletion_lock_enabled: Annotated[NewValue[bool], Field(description="true: they cannot be released")] = OMITTED,
    voice: Annotated[NewValue[VoiceChange], Field(description="only what is given changes")] = OMITTED,
) -> PhoneNumberJob:
    """Apply the same settings to up to 1,000 numbers. Returns a job: poll get_phone_number_job."""
    body = changed(
        {
            "connection_id": connection_id,
            "tags": tags,
            "customer_reference": customer_reference,
            "billing_group_id": billing_group_id,
            "external_pin": external_pin,
            "hd_voice_enabled": hd_voice_enabled,
            "deletion_lock_enabled": deletion_lock_enabled,
            "voice": voice,
        }
    )
    ids = await resolve_numbers(telnyx, phone_numbers)
    answer = await telnyx.post("/phone_numbers/jobs/update_phone_numbers", body={"phone_numbers": ids, **body})
    return shape(PhoneNumberJob, answer)


@numbers.tool(
    effect=Effect.DESTROY,
    scope="numbers.write",
    calls=("POST /phone_numbers/jobs/delete_phone_numbers", "POST /phone_numbers/actions/verify_ownership"),
)
async def release_phone_numbers_in_bulk(telnyx: Telnyx, phone_numbers: Numbers) -> PhoneNumberJob:
    """Release up to 1,000 numbers. Irrevocable: calls and texts to them stop, and anyone may buy them. Returns a job:
    poll get_phone_number_job."""
    ids = await resolve_numbers(telnyx, phone_numbers)
    answer = await telnyx.post("/phone_numbers/jobs/delete_phone_numbers", body={"phone_numbers": ids})
    return shape(PhoneNumberJob, answer)


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls="GET /phone_numbers/jobs/{id}")
async def get_phone_number_job(telnyx: Telnyx, job_id: PhoneNumberJobId, detail: Detail = "summary") -> PhoneNumberJob:
    """Progress of a bulk job: how many numbers succeeded, failed (and why) and are left."""
    return shape(PhoneNumberJob, await telnyx.get("/phone_numbers/jobs/{id}", id=job_id), detail)
