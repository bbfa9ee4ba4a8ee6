"""Knowledge collections: made, changed, given sources, deleted."""

import pytest
from tests.sandbox.buckets import FILES, give_bucket
from tests.tools.groups.sandboxed import call

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments

VOICE, BUCKET = {"source_type": "voice"}, {"source_type": "bucket", "bucket_id": "kb"}


@pytest.fixture(autouse=True)
def _bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    give_bucket(monkeypatch, "kb", FILES)


async def test_a_collection_is_made_found_by_either_name_changed_and_deleted(telnyx: Telnyx) -> None:
    made = await call(
        telnyx, "create_knowledge_collection", name="All calls", sources=[VOICE, BUCKET], retrieval={"top_k": 5}
    )
    assert [source["source_type"] for source in made["sources"]] == ["voice", "bucket"]
    assert made["settings"]["retrieval"]["top_k"] == 5
    for name in (made["uuid"], made["slug"]):
        assert await call(telnyx, "get_knowledge_collection", collection=name) == made
    collection = {"collection_id": made["uuid"]}
    changed = await call(telnyx, "update_knowledge_collection", name="Calls", description="Of 2026", **collection)
    assert (changed["name"], changed["description"], changed["slug"]) == ("Calls", "Of 2026", "all-calls")
    settings = await call(telnyx, "update_knowledge_collection_retrieval", top_k=7, **collection)
    assert settings["retrieval"] == {"retrieval_type": "vector", "top_k": 7}
    assert [each["name"] for each in (await call(telnyx, "list_knowledge_collections"))["items"]] == ["Calls"]
    await call(telnyx, "delete_knowledge_collection", **collection)
    assert (await call(telnyx, "list_knowledge_collections"))["items"] == []


async def test_sources_come_and_go(telnyx: Telnyx) -> None:
    made = await call(telnyx, "create_knowledge_collection", name="Empty")
    collection = {"collection_id": made["uuid"]}
    source = await call(telnyx, "add_knowledge_collection_source", **BUCKET, **collection)
    assert (source["bucket_id"], source["status"]) == ("kb", "active")
    with pytest.raises(ApiError, match="10005"):
        await call(telnyx, "add_knowledge_collection_source", source_type="bucket", bucket_id="none", **collection)
    await call(telnyx, "remove_knowledge_collection_source", source_id=source["id"], **collection)
    assert (await call(telnyx, "get_knowledge_collection", collection="empty"))["sources"] == []


@pytest.mark.parametrize("source", [{"source_type": "bucket"}, {"source_type": "voice", "bucket_id": "kb"}])
async def test_a_bucket_comes_with_its_name_and_nothing_else_does(telnyx: Telnyx, source: dict[str, object]) -> None:
    for tool, arguments in (
        ("create_knowledge_collection", {"name": "x", "sources": [source]}),
        ("add_knowledge_collection_source", {"collection_id": "x", **source}),
    ):
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, tool, **arguments)
        assert [problem.argument for problem in refused.value.problems] == ["bucket_id"]
    assert (await call(telnyx, "list_knowledge_collections"))["items"] == []
