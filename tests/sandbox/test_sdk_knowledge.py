"""Embeddings, collections and secrets as the official client reads them, strictly."""

import pytest
from telnyx import AsyncTelnyx
from tests.sandbox.buckets import FILES, give_bucket

from telnyx_sandbox.clock import Clock


@pytest.fixture(autouse=True)
def _bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    give_bucket(monkeypatch, "kb", {**FILES, "logo.png": b"\x89PNG"})


async def test_every_answer_has_the_shape_of_the_official_types(telnyx: AsyncTelnyx, clock: Clock) -> None:
    task = (await telnyx.ai.embeddings.create(bucket_name="kb")).data
    website = (await telnyx.ai.embeddings.url(bucket_name="kb", url="https://example.com")).data
    assert (task.status, website.status) == ("queued", "queued")
    clock.advance(5)
    assert (await telnyx.ai.embeddings.retrieve(task.task_id or "")).data.status == "partial_success"
    listed = (await telnyx.ai.embeddings.list(status=["success", "partial_success"])).data
    assert [each.bucket for each in listed] == ["kb", "kb"]
    files = (await telnyx.ai.embeddings.buckets.retrieve("kb")).data
    assert [file.filename for file in files if file.error_reason] == ["logo.png"]
    found = (await telnyx.ai.embeddings.similarity_search(bucket_name="kb", query="parcel")).data
    assert found[0].metadata.filename == "shipping.txt"
    assert (await telnyx.ai.embeddings.buckets.list()).data.buckets == ["kb"]
    await telnyx.ai.embeddings.buckets.delete("kb")
    secret = (await telnyx.integration_secrets.create(identifier="crm", type="bearer", token="hidden")).data
    assert (await telnyx.integration_secrets.list(filter={"type": "bearer"})).data == [secret]
    await telnyx.integration_secrets.delete(secret.id)
    collection = (await telnyx.ai.collections.create(name="Calls", sources=[{"source_type": "voice"}])).data
    assert collection is not None
    assert (await telnyx.ai.collections.list()).data == [collection]
    assert (await telnyx.ai.collections.settings.list(collection.uuid or "")).data == collection.settings
    assert (await telnyx.ai.collections.sources.list(collection.uuid or "")).data == collection.sources
