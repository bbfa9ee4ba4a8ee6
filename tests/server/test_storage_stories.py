"""What people ask of cloud storage, through an MCP client, the server and the sandbox, each on a socket."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import ERAS, call, connected
from tests.server.serving import serving

from telnyx_remote_mcp.app import create_app
from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.server import serving as serving_sandbox

KEY = "KEY_sandbox_storage_stories"
CONTRACT = "# Contract\n\nBetween Acme GmbH and Ümlaut Ltd.\n"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with serving_sandbox(create_sandbox()) as base_url:
        endpoint = f"{base_url.removesuffix('/v2')}/storage/{{region}}"
        app = create_app(Settings(api_base_url=base_url, storage_endpoint=endpoint, data_dir=tmp_path))
        async with app.router.lifespan_context(app), serving(app) as server:
            yield f"{server}/mcp?groups=storage"


@pytest.fixture
async def client(url: str) -> AsyncIterator[Client]:
    async with connected(url, KEY) as client:
        yield client


async def refusal(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The error of a call that has to fail."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    error: dict[str, Any] = json.loads(result.content[0].text)["error"]
    return error


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
