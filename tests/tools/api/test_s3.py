"""The S3 client against an S3 that nobody here wrote, and against a server that does as a test says."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest
from tests.tools.api.upstream import KEY, Naps, Upstream, answer, raw
from tests.wires import MockWire

from telnyx_tools.api.client import Api, Credential
from telnyx_tools.api.errors import (
    ApiError,
    InvalidArgument,
    MissingCredential,
    OutcomeUnknown,
    ResponseTooLarge,
    UnknownRegion,
)
from telnyx_tools.api.regions import MOST_HOMES, REGIONS, StorageHosts
from telnyx_tools.api.s3 import S3, BucketEntry
from telnyx_tools.api.s3_xml import MOST_ELEMENTS

pytestmark = pytest.mark.anyio

KEYS = [
    "a b/ü 漢+🙂.txt",
    "a..b/..c/v1..",
    "p+q&r=s?t#u%2e%",
    "/lead",
    "double//slash",
    "tilde~!*'()",
    'q"<>&amp;',
]
LOCATION = (
    b'<?xml version="1.0"?><LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">%s</LocationConstraint>'
)


@asynccontextmanager
async def storage(endpoint: str, key: str = KEY) -> AsyncIterator[S3]:
    async with Api(f"{endpoint}/v2", storage_endpoint=endpoint, clock=Naps().clock) as api:
        yield api.bind(Credential(key), key).s3


@asynccontextmanager
async def scripted(upstream: Upstream) -> AsyncIterator[S3]:
    """A host of its own path for each region, so that a test sees which was called."""
    endpoint = f"http://127.0.0.1:{upstream.port}/{{region}}"
    async with Api(upstream.base_url, storage_endpoint=endpoint, clock=Naps().clock) as api:
        yield api.bind(Credential(KEY), KEY).s3


def located(region: str) -> Callable[..., object]:
    return answer(200, LOCATION % region.encode())


def refused(status: int, code: str, detail: str = "No.") -> Callable[..., object]:
    return answer(status, f"<Error><Code>{code}</Code><Message>{detail}</Message></Error>".encode())


async def test_what_is_put_is_what_comes_back(moto: str) -> None:
    async with storage(moto) as s3:
        await s3.create_bucket("keys", "eu-central-1")
        for key in KEYS:
            await s3.put("keys", key, key.encode(), "text/plain; charset=utf-8")
        for key in KEYS:
            entry, content = await s3.get("keys", key, max_bytes=100)
            assert content.decode() == key
            assert (entry.size, entry.content_type) == (len(content), "text/plain; charset=utf-8")
            assert (await s3.head("keys", key)).etag == entry.etag
        listed = await s3.list_objects("keys")
        assert sorted(each.name for each in listed.objects) == sorted(KEYS)
        assert await s3.delete_many("keys", KEYS[1:]) == {}
        assert [each.name for each in (await s3.list_objects("keys")).objects] == KEYS[:1]


async def test_an_empty_object_is_one(moto: str) -> None:
    async with storage(moto) as s3:
        await s3.create_bucket("empty", "us-west-1")
        await s3.put("empty", "nothing", b"", "text/plain")
        entry, content = await s3.get("empty", "nothing", max_bytes=10)
    assert (entry.size, content) == (0, b"")


async def test_buckets_are_made_found_and_removed(moto: str) -> None:
    async with storage(moto) as s3:
        await s3.create_bucket("contracts", "ca-central-1")
        assert "contracts" in [each.name for each in await s3.list_buckets()]
        assert await s3.location("contracts") == "ca-central-1"
        await s3.put("contracts", "a", b"a", "text/plain")
        with pytest.raises(ApiError) as caught:
            await s3.delete_bucket("contracts")
        assert caught.value.code == "BucketNotEmpty"
        assert (await s3.get_range("contracts", "a", 0, 10))[1] == b"a"
        for key in ("a", "never there"):
            await s3.delete("contracts", key)
        await s3.delete_bucket("contracts")
        with pytest.raises(ApiError) as gone:
            await s3.list_objects("contracts")
    assert gone.value.code == "NoSuchBucket"
    assert "cloud_storage_list_buckets" in str(gone.value.describe()["remedy"])


async def test_a_missing_object_is_told_apart_even_where_the_answer_has_no_body(moto: str) -> None:
    async with storage(moto) as s3:
        await s3.create_bucket("missing", "us-central-1")
        for ask in (s3.head("missing", "none"), s3.get("missing", "none", max_bytes=1)):
            with pytest.raises(ApiError) as caught:
                await ask
            assert caught.value.code == "NoSuchKey"


async def test_an_object_above_the_limit_is_not_read_to_its_end(moto: str) -> None:
    async with storage(moto) as s3:
        await s3.create_bucket("large", "us-central-1")
        await s3.put("large", "object", b"x" * 1_000, "text/plain")
        with pytest.raises(ResponseTooLarge):
            await s3.get("large", "object", max_bytes=999)
        assert len((await s3.get("large", "object", max_bytes=1_000))[1]) == 1_000


async def test_folders_are_listed_where_a_delimiter_is_given(moto: str) -> None:
    async with storage(moto) as s3:
        await s3.create_bucket("folders", "us-central-1")
        for key in ("a/1 1", "a/2", "b+c/1", "top"):
            await s3.put("folders", key, b"", "text/plain")
        listing = await s3.list_objects("folders", delimiter="/")
        assert ([each.name for each in listing.objects], listing.folders) == (["top"], ["a/", "b+c/"])
        assert [each.name for each in (await s3.list_objects("folders", prefix="a/")).objects] == ["a/1 1", "a/2"]


@pytest.mark.parametrize("key", ["a/../b", "..", ".", "../other-bucket/x", "a/..;x/b", "a\\..\\b", "a/%2e%2e/b"])
async def test_a_name_that_a_proxy_may_take_for_another_is_not_sent_in_a_path(key: str) -> None:
    async with Upstream() as upstream, scripted(upstream) as s3:
        for ask in (s3.put("docs", key, b"", "text/plain"), s3.delete("docs", key), s3.head("docs", key)):
            with pytest.raises(InvalidArgument, match="object_name"):
                await ask
        assert upstream.heard == []


async def test_such_a_name_can_still_be_deleted_since_it_then_stands_in_the_body(moto: str) -> None:
    async with storage(moto) as s3:
        await s3.create_bucket("dots", "us-central-1")
        assert await s3.delete_many("dots", ["a/../b"]) == {}


async def test_the_home_of_a_bucket_is_asked_for_once() -> None:
    async with Upstream(located("eu-central-1"), answer(200), answer(200)) as upstream, scripted(upstream) as s3:
        await s3.put("docs", "a", b"1", "text/plain")
        await s3.put("docs", "b", b"2", "text/plain")
    assert [heard.target for heard in upstream.heard] == [
        "/us-central-1/docs?location=",
        "/eu-central-1/docs/a",
        "/eu-central-1/docs/b",
    ]


@pytest.mark.parametrize(
    ("status", "code"),
    [(301, "PermanentRedirect"), (400, "AuthorizationHeaderMalformed"), (404, "NoSuchBucket"), (307, "http_307")],
)
async def test_a_bucket_that_has_moved_is_looked_for_once_more(status: int, code: str) -> None:
    steps = [located("us-east-1"), answer(200), refused(status, code), located("us-west-1"), answer(200)]
    async with Upstream(*steps) as upstream, scripted(upstream) as s3:
        await s3.put("docs", "a", b"1", "text/plain")
        await s3.put("docs", "a", b"2", "text/plain")
    assert [heard.target for heard in upstream.heard][-1] == "/us-west-1/docs/a"
    assert upstream.heard[-1].body == b"2"


async def test_it_is_looked_for_no_more_than_once() -> None:
    wrong = refused(301, "PermanentRedirect")
    steps = [located("us-east-1"), answer(200), wrong, located("us-west-1"), wrong]
    async with Upstream(*steps) as upstream, scripted(upstream) as s3:
        await s3.put("docs", "a", b"1", "text/plain")
        with pytest.raises(ApiError) as caught:
            await s3.put("docs", "a", b"2", "text/plain")
        assert len(upstream.heard) == 5
    assert caught.value.code == "PermanentRedirect"


@pytest.mark.parametrize("region", ["evil.example.org/", "us-central-1.example.org", "mars-1"])
async def test_a_region_that_nobody_knows_gets_no_credential(region: str) -> None:
    async with Upstream(located(region)) as upstream, scripted(upstream) as s3:
        with pytest.raises(UnknownRegion):
            await s3.put("docs", "a", b"1", "text/plain")
        assert len(upstream.heard) == 1


async def test_an_answer_that_is_no_plain_xml_gives_nothing() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaa">]><R><Buckets><Bucket><Name>&a;</Name></Bucket></Buckets></R>'
    endless = b"<R><Buckets>" + b"<Bucket/>" * MOST_ELEMENTS + b"</Buckets></R>"
    for odd in (bomb, endless, b"", b"<html>It works!", b"{}"):
        async with Upstream(answer(200, odd)) as upstream, scripted(upstream) as s3:
            assert await s3.list_buckets() == []


@pytest.mark.parametrize("encoding", [b"nobody", b"shift_jis", b"punycode", b"rot13", b"latin-1"])
async def test_an_answer_is_read_as_utf_8_whatever_it_names(encoding: bytes) -> None:
    body = "<R><Buckets><Bucket><Name>ü</Name></Bucket></Buckets></R>".encode()
    body = b'<?xml version="1.0" encoding="%s"?>%s' % (encoding, body)
    async with Upstream(answer(200, body)) as upstream, scripted(upstream) as s3:
        assert await s3.list_buckets() == [BucketEntry("ü")]


async def test_headers_that_are_no_ascii_can_be_passed_on() -> None:
    odd = b'HTTP/1.1 200 X\r\nContent-Length: 1\r\nContent-Type: text/\xff\r\nETag: "\xc3\xbc"\r\n\r\nx'
    async with Upstream(located("us-east-1"), raw(odd)) as upstream, scripted(upstream) as s3:
        entry, content = await s3.get("b", "k", max_bytes=10)
    assert (entry.content_type, entry.etag, content) == ("text/?", "?", b"x")


async def test_a_namespace_and_unknown_parts_do_not_matter() -> None:
    body = b"<s3:R xmlns:s3='x'><s3:Owner/><s3:Buckets><s3:Bucket><s3:Name>a</s3:Name></s3:Bucket></s3:Buckets></s3:R>"
    async with Upstream(answer(200, body)) as upstream, scripted(upstream) as s3:
        assert await s3.list_buckets() == [BucketEntry("a")]


async def test_a_failure_inside_a_success_is_one() -> None:
    steps = [located("us-east-1"), refused(200, "InternalError")]
    async with Upstream(*steps) as upstream, scripted(upstream) as s3:
        with pytest.raises(ApiError, match="200 InternalError"):
            await s3.complete_upload("docs", "a", "1", ["x"])


async def test_an_upload_whose_end_is_not_answered_is_not_ended_twice() -> None:
    steps = [located("us-east-1"), refused(500, "InternalError"), answer(200)]
    async with Upstream(*steps) as upstream, scripted(upstream) as s3:
        with pytest.raises(OutcomeUnknown):
            await s3.complete_upload("docs", "a", "1", ["x"])
        assert len(upstream.heard) == 2


async def test_the_key_is_the_access_key_and_stands_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = refused(403, "SignatureDoesNotMatch", f"The key {KEY} is not right.")
    async with Upstream(echo) as upstream, scripted(upstream) as s3:
        with pytest.raises(ApiError) as caught:
            await s3.list_buckets()
        (heard,) = upstream.heard
    assert caught.value.code == "SignatureDoesNotMatch"
    assert f"Credential={KEY}/" in heard.headers["authorization"]
    assert KEY not in heard.target
    assert caught.value.code == "SignatureDoesNotMatch"
    assert KEY not in str(caught.value.describe()) + repr(caught.value) + caplog.text


async def test_an_object_stored_compressed_comes_as_it_is_stored() -> None:
    import gzip

    stored = gzip.compress(b"text" * 100)
    steps = [located("us-east-1"), answer(200, stored, Content_Encoding="gzip")]
    async with Upstream(*steps) as upstream, scripted(upstream) as s3:
        assert (await s3.get("docs", "a.gz", max_bytes=1_000))[1] == stored


async def test_without_a_credential_nothing_is_sent() -> None:
    async with Api(wire=MockWire(lambda request: httpx2.Response(500))) as api:
        with pytest.raises(MissingCredential):
            await api.bind(None, "nobody").s3.list_buckets()


def test_what_is_remembered_of_buckets_is_bounded_and_of_each_caller() -> None:
    hosts = StorageHosts()
    for number in range(MOST_HOMES + 1):
        hosts.settle("a", f"bucket-{number}", "us-east-1")
    assert hosts.home("a", "bucket-0") is None
    assert hosts.home("a", "bucket-1") == "us-east-1"
    assert hosts.home("b", "bucket-1") is None


def test_the_hosts_are_those_of_telnyx_unless_the_operator_says_so() -> None:
    assert StorageHosts().url(REGIONS[0]) == "https://us-central-1.telnyxcloudstorage.com"
    with pytest.raises(ValueError, match="--allow-custom-upstream"):
        StorageHosts("https://{region}.example.org")
    with pytest.raises(ValueError, match="https"):
        StorageHosts("http://{region}.example.org", allow_custom=True)
