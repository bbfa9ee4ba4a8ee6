"""Cloud storage of the sandbox, as the client of AWS sees it, and its companions over JSON."""

import asyncio
from collections.abc import Callable
from typing import Any

import boto3
import httpx2
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.sandbox.answers import code, data

from telnyx_sandbox.clock import Clock

PART = 5 * 1024 * 1024


def s3(base_url: str, region: str = "us-central-1", key: str = "KEY_sandbox_first") -> Any:
    """AWS's client, set up as Telnyx documents it."""
    return boto3.client(
        "s3",
        aws_access_key_id=key,
        aws_secret_access_key="anything",
        region_name=region,
        endpoint_url=f"{base_url.removesuffix('/v2')}/storage/{region}",
        config=Config(
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 1},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


async def made(client: Any, bucket: str = "docs", region: str = "us-central-1") -> None:
    await asyncio.to_thread(
        client.create_bucket, Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region}
    )


async def refused(operation: Callable[..., object], **arguments: object) -> str:
    with pytest.raises(ClientError) as caught:
        await asyncio.to_thread(operation, **arguments)
    return str(caught.value.response["Error"]["Code"])


async def test_objects_are_kept_found_and_deleted(base_url: str) -> None:
    client = s3(base_url)
    await made(client)

    def use() -> None:
        client.put_object(Bucket="docs", Key="a b/ü+🙂", Body=b"hello", ContentType="text/plain", Metadata={"by": "me"})
        got = client.get_object(Bucket="docs", Key="a b/ü+🙂")
        assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (b"hello", "text/plain", {"by": "me"})
        part = client.get_object(Bucket="docs", Key="a b/ü+🙂", Range="bytes=1-2")
        assert (part["Body"].read(), part["ContentRange"]) == (b"el", "bytes 1-2/5")
        client.put_object(Bucket="docs", Key="copy", Body=b"hello")
        assert client.head_object(Bucket="docs", Key="copy")["ETag"] == got["ETag"]
        listed = client.list_objects_v2(Bucket="docs")["Contents"]
        assert [(each["Key"], each["Size"]) for each in listed] == [("a b/ü+🙂", 5), ("copy", 5)]
        client.delete_object(Bucket="docs", Key="copy")
        client.delete_objects(Bucket="docs", Delete={"Objects": [{"Key": "a b/ü+🙂"}]})
        assert client.list_objects_v2(Bucket="docs")["KeyCount"] == 0
        client.delete_bucket(Bucket="docs")
        assert client.list_buckets()["Buckets"] == []

    await asyncio.to_thread(use)


async def test_a_long_list_comes_in_pages_and_folders_count_once(base_url: str) -> None:
    client = s3(base_url)
    await made(client)

    def use() -> None:
        keys = [f"{folder}/{number}" for folder in "abc" for number in range(3)] + ["top"]
        for key in keys:
            client.put_object(Bucket="docs", Key=key, Body=b"")
        pages = list(client.get_paginator("list_objects_v2").paginate(Bucket="docs", PaginationConfig={"PageSize": 4}))
        assert [each["Key"] for page in pages for each in page["Contents"]] == keys
        assert [page["KeyCount"] for page in pages] == [4, 4, 2]
        rolled = list(
            client.get_paginator("list_objects_v2").paginate(
                Bucket="docs", Delimiter="/", PaginationConfig={"PageSize": 2}
            )
        )
        assert [each["Prefix"] for page in rolled for each in page.get("CommonPrefixes", ())] == ["a/", "b/", "c/"]
        assert [each["Key"] for page in rolled for each in page.get("Contents", ())] == ["top"]

    await asyncio.to_thread(use)


async def test_an_upload_in_parts_becomes_an_object_when_it_is_completed(base_url: str) -> None:
    client = s3(base_url)
    await made(client)

    def use() -> None:
        upload = client.create_multipart_upload(Bucket="docs", Key="large", ContentType="video/mp4")["UploadId"]
        bodies = [b"1" * PART, b"2" * 10]
        parts = [
            {
                "PartNumber": number,
                "ETag": client.upload_part(Bucket="docs", Key="large", UploadId=upload, PartNumber=number, Body=body)[
                    "ETag"
                ],
            }
            for number, body in enumerate(bodies, 1)
        ]
        assert client.list_objects_v2(Bucket="docs")["KeyCount"] == 0
        assert len(client.list_multipart_uploads(Bucket="docs")["Uploads"]) == 1
        client.complete_multipart_upload(Bucket="docs", Key="large", UploadId=upload, MultipartUpload={"Parts": parts})
        got = client.get_object(Bucket="docs", Key="large")
        assert (got["ContentType"], got["ETag"].endswith('-2"')) == ("video/mp4", True)
        assert got["Body"].read() == b"".join(bodies)
        crossing = client.get_object(Bucket="docs", Key="large", Range=f"bytes={PART - 1}-{PART}")
        assert crossing["Body"].read() == b"12"

    await asyncio.to_thread(use)
    upload = (await asyncio.to_thread(client.create_multipart_upload, Bucket="docs", Key="b"))["UploadId"]
    place = {"Bucket": "docs", "Key": "b", "UploadId": upload}
    tags = [
        (await asyncio.to_thread(client.upload_part, PartNumber=number, Body=b"small", **place))["ETag"]
        for number in (1, 2)
    ]
    complete = client.complete_multipart_upload
    both = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    assert await refused(complete, MultipartUpload={"Parts": both}, **place) == "EntityTooSmall"
    assert await refused(complete, MultipartUpload={"Parts": both[::-1]}, **place) == "InvalidPartOrder"
    assert (
        await refused(complete, MultipartUpload={"Parts": [{"PartNumber": 3, "ETag": "x"}]}, **place) == "InvalidPart"
    )
    await asyncio.to_thread(client.abort_multipart_upload, **place)
    assert await refused(client.abort_multipart_upload, **place) == "NoSuchUpload"


async def test_a_bucket_is_in_one_region_and_its_name_is_everybodys(base_url: str) -> None:
    europe, us = s3(base_url, "eu-central-1"), s3(base_url)
    await made(europe, region="eu-central-1")
    located = await asyncio.to_thread(us.get_bucket_location, Bucket="docs")
    assert located["LocationConstraint"] == "eu-central-1"
    assert [each["Name"] for each in (await asyncio.to_thread(us.list_buckets))["Buckets"]] == ["docs"]
    raw = httpx2.AsyncClient(headers={"authorization": "AWS4-HMAC-SHA256 Credential=KEY_sandbox_first/x"})
    async with raw:
        wrong = await raw.get(f"{base_url.removesuffix('/v2')}/storage/us-central-1/docs?list-type=2")
    assert (wrong.status_code, "<Code>PermanentRedirect</Code>" in wrong.text) == (301, True)
    assert "eu-central-1" in wrong.text
    other = s3(base_url, key="KEY_sandbox_second")
    assert await refused(other.create_bucket, Bucket="docs") == "BucketAlreadyExists"
    assert await refused(other.list_objects_v2, Bucket="docs") == "AccessDenied"
    assert await refused(us.create_bucket, Bucket="docs") == "BucketAlreadyOwnedByYou"


async def test_what_is_wrong_has_the_code_of_s3(base_url: str) -> None:
    client = s3(base_url)
    await made(client)
    await asyncio.to_thread(client.put_object, Bucket="docs", Key="a", Body=b"123")
    assert await refused(client.delete_bucket, Bucket="docs") == "BucketNotEmpty"
    assert await refused(client.get_object, Bucket="docs", Key="b") == "NoSuchKey"
    assert await refused(client.list_objects_v2, Bucket="none") == "NoSuchBucket"
    assert await refused(client.get_object, Bucket="docs", Key="a", Range="bytes=3-9") == "InvalidRange"
    assert await refused(client.put_object, Bucket="docs", Key="x" * 1_025, Body=b"") == "KeyTooLongError"
    assert await refused(client.get_bucket_acl, Bucket="docs") == "NotImplemented"
    source = {"Bucket": "docs", "Key": "a"}
    assert await refused(client.copy_object, Bucket="docs", Key="b", CopySource=source) == "NotImplemented"
    assert await refused(client.create_bucket, Bucket="Docs_1") == "InvalidBucketName"
    stranger = s3(base_url, key="KEY_real")
    assert await refused(stranger.list_buckets) == "InvalidAccessKeyId"


async def test_faults_happen_to_storage_too(base_url: str, control: httpx2.AsyncClient) -> None:
    client = s3(base_url)
    await made(client)
    await asyncio.to_thread(client.put_object, Bucket="docs", Key="a", Body=b"123")
    await control.post("/faults", json=[{"path": "/storage/*/docs/a", "status": 503}])
    assert await refused(client.get_object, Bucket="docs", Key="a") == "SlowDown"
    assert (await asyncio.to_thread(client.get_object, Bucket="docs", Key="a"))["Body"].read() == b"123"


async def test_a_link_opens_one_object_for_a_while(base_url: str, api: httpx2.AsyncClient, clock: Clock) -> None:
    client = s3(base_url)
    await made(client)
    await asyncio.to_thread(client.put_object, Bucket="docs", Key="a b/c", Body=b"123")
    link = (await api.post("/storage/buckets/docs/a%20b%2Fc/presigned_url", json={"ttl": 60})).json()["content"]
    url = link["presigned_url"]
    async with httpx2.AsyncClient() as anybody:
        assert (await anybody.get(url)).content == b"123"
        assert (await anybody.put(url, content=b"456")).is_success
        assert (await anybody.get(url)).content == b"456"
        assert (await anybody.delete(url)).status_code == 403
        assert (await anybody.get(url.replace("/c?", "/d?"))).status_code == 403
        clock.advance(61)
        assert (await anybody.get(url)).status_code == 403


async def test_links_are_for_us_buckets(base_url: str, api: httpx2.AsyncClient) -> None:
    await made(s3(base_url, "eu-central-1"), "europe", "eu-central-1")
    assert code(await api.post("/storage/buckets/europe/a/presigned_url", json={})) == "10015"
    assert code(await api.post("/storage/buckets/none/a/presigned_url", json={})) == "10005"


async def test_usage_is_what_was_done(base_url: str, api: httpx2.AsyncClient) -> None:
    client = s3(base_url)
    await made(client)
    for key in ("a", "b"):
        await asyncio.to_thread(client.put_object, Bucket="docs", Key=key, Body=b"x" * 1_500)
    (stored,) = data(await api.get("/storage/buckets/docs/usage/storage"))
    assert (stored["num_objects"], stored["size"], stored["size_kb"]) == (2, 3_000, 3)
    period = {"filter[start_time]": "2026-01-01T00:00:00Z", "filter[end_time]": "2027-01-01T00:00:00Z"}
    (used,) = data(await api.get("/storage/buckets/docs/usage/api", params=period))
    puts = next(each for each in used["categories"] if each["category"] == "put_obj")
    assert (puts["ops"], puts["bytes_received"]) == (2, 3_000)
    assert used["total"]["successful_ops"] == used["total"]["ops"]
