"""What people ask of cloud storage, through an MCP client, the server and the sandbox, each on a socket."""

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import ERAS, call, connected
from tests.server.stories.agent import KEY, refusal

GROUPS = "storage"
CONTRACT = "# Contract\n\nBetween Acme GmbH and Ümlaut Ltd.\n"


@pytest.mark.parametrize("mode", ERAS)
async def test_upload_a_contract_to_legal_docs_and_hand_out_a_link(url: str, mode: str) -> None:
    async with connected(url, KEY, mode) as client:
        assert (await call(client, "cloud_storage_list_buckets"))["items"] == []
        await call(client, "cloud_storage_create_bucket", bucket_name="legal-docs")
        place = {"bucket_name": "legal-docs", "object_name": "2026/Acme & Ümlaut.md"}
        stored = await call(client, "cloud_storage_put_object", text=CONTRACT, **place)
        assert stored["size"] == len(CONTRACT.encode())
        link = await call(client, "cloud_storage_create_presigned_url", **place)
    async with httpx2.AsyncClient() as partner:
        answer = await partner.get(link["presigned_url"])
    assert answer.text == CONTRACT
    assert KEY not in link["presigned_url"]


async def test_a_wrong_bucket_is_answered_with_the_way_to_the_right_one(client: Client) -> None:
    await call(client, "cloud_storage_create_bucket", bucket_name="legal-docs")
    error = await refusal(client, "cloud_storage_put_object", bucket_name="legal_docs", object_name="a", text="b")
    assert error["code"] == "NoSuchBucket"
    assert "cloud_storage_list_buckets" in error["remedy"]


async def test_a_name_that_another_account_holds_is_told(url: str) -> None:
    async with connected(url, KEY) as mine, connected(url, "KEY_sandbox_other") as theirs:
        await call(mine, "cloud_storage_create_bucket", bucket_name="legal-docs")
        error = await refusal(theirs, "cloud_storage_create_bucket", bucket_name="legal-docs")
        assert error["code"] == "BucketAlreadyExists"
        assert (await call(theirs, "cloud_storage_list_buckets"))["items"] == []


async def test_a_contract_is_read_moved_and_thrown_away(client: Client) -> None:
    await call(client, "cloud_storage_create_bucket", bucket_name="legal-docs", region="eu-central-1")
    await call(client, "cloud_storage_put_object", bucket_name="legal-docs", object_name="draft.md", text=CONTRACT)
    place = {"bucket_name": "legal-docs", "object_name": "draft.md"}
    await call(client, "cloud_storage_copy_object", to_object_name="signed/2026.md", **place)
    await call(client, "cloud_storage_delete_object", **place)
    listed = await call(client, "cloud_storage_list_objects", bucket_name="legal-docs")
    assert [each["object_name"] for each in listed["items"]] == ["signed/2026.md"]
    read = await call(client, "cloud_storage_get_object", bucket_name="legal-docs", object_name="signed/2026.md")
    assert read["text"] == CONTRACT


async def test_a_picture_reaches_the_agent_as_one(client: Client) -> None:
    await call(client, "cloud_storage_create_bucket", bucket_name="pictures")
    place = {"bucket_name": "pictures", "object_name": "logo.png"}
    await call(client, "cloud_storage_put_object", content_base64="iVBORw0KGgoAAAD/", **place)
    result = await client.call_tool("cloud_storage_get_object", place)
    picture = result.content[1]
    assert (picture.type, picture.mime_type, picture.data) == ("image", "image/png", "iVBORw0KGgoAAAD/")


async def test_files_of_the_server_are_out_of_reach_over_http(client: Client) -> None:
    names = {tool.name for tool in (await client.list_tools()).tools}
    assert "cloud_storage_put_object" in names
    assert not {"cloud_storage_upload_file", "cloud_storage_download_file"} & names
