"""What people ask of the knowledge and secrets tools, through an MCP client, the server and the sandbox."""

import json

import pytest
from mcp.client import Client
from tests.e2e.clients import ERAS, call, connected
from tests.sandbox.buckets import FILES, give_bucket, stored
from tests.server.stories.agent import KEY, refusal

from telnyx_sandbox.groups.storage.bucket import Bucket

GROUPS = "storage,embeddings,secrets,assistants,account"


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    return give_bucket(monkeypatch, "kb", {**FILES, "logo.png": b"\x89PNG"})


@pytest.mark.parametrize("mode", ERAS)
async def test_embed_a_knowledge_base_and_ask_it(url: str, mode: str) -> None:
    heard: list[str | None] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with connected(url, KEY, mode) as client:
        arguments = {"bucket_name": "kb", "wait_for": "done"}
        result = await client.call_tool("create_embeddings", arguments, progress_callback=progress)
        task = result.structured_content
        assert (task["status"], [file["filename"] for file in task["failed_files"]]) == (
            "partial_success",
            ["logo.png"],
        )
        assert heard[:1] == ["queued"]
        found = await call(client, "similarity_search", bucket_name="kb", query="How long do I have to return goods?")
        assert "30 days" in found["passages"][0]["text"]
        assert found["passages"][0]["distance"] < found["passages"][1]["distance"]
        assert float((await call(client, "get_balance"))["balance"]) < 100


async def test_a_file_that_failed_is_replaced_and_found(client: Client, bucket: Bucket) -> None:
    await call(client, "create_embeddings", bucket_name="kb", wait_for="done")
    failed = await call(client, "get_embedded_bucket", bucket_name="kb", failed_only=True)
    assert [file["filename"] for file in failed["items"]] == ["logo.png"]
    del bucket.objects["logo.png"]
    bucket.objects["hours.txt"] = stored("hours.txt", b"The shop opens on Sundays.")
    found = await call(client, "similarity_search", bucket_name="kb", query="open on Sunday", num_of_docs=1)
    assert found["passages"][0]["filename"] == "hours.txt"
    assert (await call(client, "get_embedded_bucket", bucket_name="kb", failed_only=True))["items"] == []


async def test_put_files_into_a_new_bucket_and_find_the_one_that_answers(client: Client) -> None:
    await call(client, "cloud_storage_create_bucket", bucket_name="faq")
    for name in ("returns.txt", "shipping.txt"):
        await call(client, "cloud_storage_put_object", bucket_name="faq", object_name=name, text=FILES[name].decode())
    task = await call(client, "create_embeddings", bucket_name="faq", document_chunk_size=50, wait_for="done")
    assert task["status"] == "success"
    found = await call(client, "similarity_search", bucket_name="faq", query="Price of express delivery", num_of_docs=1)
    assert "12 USD" in found["passages"][0]["text"]
    assert (await refusal(client, "create_embeddings", bucket_name="none"))["code"] == "10005"


async def test_teach_it_a_website_and_later_forget_everything(client: Client) -> None:
    site = {"url": "https://shop.example.com", "bucket_name": "site", "create_bucket": True}
    await call(client, "embed_url", **site, wait_for="done")
    found = await call(client, "similarity_search", bucket_name="site", query="When does support answer?")
    assert found["passages"][0]["filename"] == "shop.example.com/support.html"
    await call(client, "disable_bucket_embeddings", bucket_name="site")
    assert (await call(client, "list_embedded_buckets"))["items"] == []


async def test_the_secret_of_a_language_model_is_kept_and_never_shown(client: Client) -> None:
    secret = {"identifier": "openai-token", "type": "bearer", "token": "MARKEDvalue"}
    made = await call(client, "create_integration_secret", **secret)
    again = await client.call_tool("create_integration_secret", secret)
    listed = await call(client, "list_integration_secrets", type="bearer")
    assert [each["identifier"] for each in listed["items"]] == ["openai-token"]
    assert json.loads(again.content[0].text)["error"]["pointer"] == "/identifier"
    assert "MARKED" not in f"{made}{again}{listed}"


async def test_an_assistant_answers_from_the_knowledge_base(client: Client) -> None:
    await call(client, "create_embeddings", bucket_name="kb", wait_for="done")
    tool = await call(
        client,
        "create_assistant_tool",
        display_name="Knowledge",
        retrieval={"bucket_ids": ["kb"], "max_num_results": 3},
    )
    assistant = await call(
        client,
        "create_assistant",
        name="Shop",
        instructions="Answer questions about the shop.",
        model="openai/gpt-4o",
        tool_ids=[tool["id"]],
    )
    answer = await call(
        client, "chat_with_assistant", assistant_id=assistant["id"], content="How long is the warranty on tools?"
    )
    assert "five years" in answer["content"]


async def test_an_assistant_uses_a_secret_by_its_identifier(client: Client) -> None:
    assistant = {
        "name": "Shop",
        "instructions": "Answer questions about the shop.",
        "model": "openai/gpt-4o",
        "llm_api_key_ref": "openai-token",
    }
    assert (await refusal(client, "create_assistant", **assistant))["pointer"] == "/llm_api_key_ref"
    secret = {"identifier": "openai-token", "type": "bearer", "token": "MARKEDvalue"}
    await call(client, "create_integration_secret", **secret)
    made = await call(client, "create_assistant", **assistant)
    shown = await call(client, "get_assistant", assistant_id=made["id"], detail="full")
    assert shown["llm_api_key_ref"] == "openai-token"
    assert "MARKED" not in f"{made}{shown}"
