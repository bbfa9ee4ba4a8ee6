"""Media files: stored from an address or a bucket, shown, changed, heard, deleted."""

import json

import httpx2
import pytest
from tests import contexts
from tests.tools.groups.sandboxed import answering, call, sandboxed

from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.groups.media.files import MediaContent
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

WELCOME = "https://example.com/welcome.mp3"


async def test_a_file_is_stored_found_kept_for_longer_and_deleted() -> None:
    async with sandboxed() as telnyx:
        stored = await call(telnyx, "upload_media", media_url=WELCOME, media_name="welcome", ttl_secs=60)
        assert (stored["media_name"], stored["content_type"]) == ("welcome", "audio/mpeg")
        longer = await call(telnyx, "update_media", media_name="welcome", ttl_secs=86_400)
        assert longer["expires_at"] > stored["expires_at"]
        assert (await call(telnyx, "get_media", media_name="welcome"))["expires_at"] == longer["expires_at"]
        found = await call(telnyx, "list_media", content_types=["audio/mpeg", "audio/wav"])
        assert [file["media_name"] for file in found["items"]] == ["welcome"]
        assert (await call(telnyx, "list_media", content_types=["image/png"]))["items"] == []
        deleted = await call(telnyx, "delete_media", media_name="welcome")
        assert deleted == {"media_name": "welcome", "status": "deleted"}
        assert (await call(telnyx, "list_media"))["items"] == []


async def test_a_file_of_a_bucket_is_stored_by_an_address_that_ends_soon() -> None:
    async with sandboxed() as telnyx:
        await telnyx.s3.create_bucket("sounds", "us-central-1")
        await telnyx.s3.put("sounds", "hold/music.wav", b"RIFF", "audio/wav")
        stored = await call(telnyx, "upload_media", bucket_name="sounds", object_name="hold/music.wav")
        assert stored["content_type"] == "audio/x-wav"


async def test_a_file_is_attached_as_what_it_is() -> None:
    async with sandboxed() as telnyx:
        await call(telnyx, "upload_media", media_url=WELCOME, media_name="welcome")
        tool = registry().tools["download_media"]
        content = await contexts.run(tool, {"media_name": "welcome"}, telnyx)
    assert isinstance(content, MediaContent)
    (attachment,) = content.attachments
    assert (attachment.mime_type, len(attachment.content)) == ("audio/wav", content.size)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"bucket_name": "sounds"},
        {"media_url": WELCOME, "bucket_name": "sounds", "object_name": "a.wav"},
        {"media_url": WELCOME, "object_name": "a.wav"},
    ],
)
async def test_a_file_has_one_source(arguments: dict[str, object]) -> None:
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(str(request.url))
        return httpx2.Response(200, json={})

    async with answering(answer) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "upload_media", **arguments)
        assert [problem.argument for problem in refused.value.problems] == ["bucket_name" if arguments else ""]
    assert sent == []


async def test_nothing_is_stored_where_the_object_has_no_address() -> None:
    sent: list[object] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            sent.append(json.loads(request.content))
        return httpx2.Response(200, json={"content": {}})

    async with answering(answer) as telnyx:
        with pytest.raises(InvalidArguments) as refused:
            await call(telnyx, "upload_media", bucket_name="sounds", object_name="a.wav")
        assert [problem.argument for problem in refused.value.problems] == ["object_name"]
    assert sent == [{"ttl": 300}]
