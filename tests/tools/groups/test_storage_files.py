"""Files of this machine put into buckets and taken from there, in parts where they are large."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import boto3
import pytest
from botocore.config import Config
from tests import contexts
from tests.tools.api.upstream import Naps

from telnyx_sandbox.app import create_app
from telnyx_sandbox.faults import Fault, Faults
from telnyx_sandbox.server import serving
from telnyx_tools.api.client import Api, Credential, Telnyx
from telnyx_tools.api.errors import ApiError, TelnyxError
from telnyx_tools.api.uploads import MIB, MOST_PARTS, part_size
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.files import Files
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

KEY = "KEY_sandbox_files"
LARGE = os.urandom(1024) * 1024 * 20
"""20 MiB: three parts."""


@dataclass
class Desk:
    """A caller with a directory of files."""

    telnyx: Telnyx
    folder: Path
    faults: Faults = field(default_factory=Faults)
    heard: list[tuple[float, float | None]] = field(default_factory=list)

    async def call(self, name: str, **arguments: object) -> dict[str, Any]:
        tool = registry().tools[name]
        given = contexts.context(self.telnyx, files=Files([str(self.folder)]), report=self._progress)
        return (await contexts.run(tool, arguments, given)).wire()

    async def _progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        self.heard.append((done, total))

    async def upload(self, name: str, **more: object) -> dict[str, Any]:
        path = str(self.folder / name)
        return await self.call("cloud_storage_upload_file", absolute_file_path=path, bucket_name="docs", **more)

    async def download(self, name: str, to: str, **more: object) -> dict[str, Any]:
        path = str(self.folder / to)
        return await self.call(
            "cloud_storage_download_file", object_name=name, file_path=path, bucket_name="docs", **more
        )

    async def names(self) -> list[str]:
        return [each.name for each in (await self.telnyx.s3.list_objects("docs")).objects]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with at_sandbox(tmp_path) as desk:
        yield desk


@asynccontextmanager
async def at_sandbox(folder: Path) -> AsyncIterator[Desk]:
    faults = Faults()
    async with serving(create_app(faults=faults)) as base_url:
        endpoint = f"{base_url.removesuffix('/v2')}/storage/{{region}}"
        async with Api(base_url, storage_endpoint=endpoint, clock=Naps().clock) as api:
            telnyx = api.bind(Credential(KEY), KEY)
            await telnyx.s3.create_bucket("docs", "us-central-1")
            yield Desk(telnyx, folder, faults)


def begun(endpoint: str) -> int:
    """How many uploads have begun there and not ended."""
    client: Any = boto3.client(
        "s3",
        aws_access_key_id=KEY,
        aws_secret_access_key="x",
        region_name="us-central-1",
        endpoint_url=endpoint,
        config=Config(s3={"addressing_style": "path"}),
    )
    return len(client.list_multipart_uploads(Bucket="docs").get("Uploads", ()))


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def until_used(faults: Faults) -> None:
    """Wait until the request that the last fault is for has arrived."""
    async with asyncio.timeout(20):
        while faults.pending:
            await anyio.lowlevel.checkpoint()


async def left_over(desk: Desk) -> int:
    return await asyncio.to_thread(begun, desk.telnyx.s3.endpoint("us-central-1"))


async def test_20_mib_go_up_in_parts_and_come_back(moto: str, tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(LARGE)
    async with Api(f"{moto}/v2", storage_endpoint=moto) as api:
        desk = Desk(api.bind(Credential(KEY), KEY), tmp_path)
        await desk.telnyx.s3.create_bucket("docs", "us-central-1")
        stored = await desk.upload("large.bin", object_name="a b/ü+.bin")
        assert (stored["size"], stored["etag"][-2:]) == (len(LARGE), "-3")
        assert desk.heard == [(8 * MIB, 20 * MIB), (16 * MIB, 20 * MIB), (20 * MIB, 20 * MIB)]
        assert (await desk.telnyx.s3.head("docs", "a b/ü+.bin")).etag == stored["etag"]
        saved = await desk.download("a b/ü+.bin", "copy.bin")
    assert saved["size"] == len(LARGE)
    assert (tmp_path / "copy.bin").read_bytes() == LARGE


async def test_where_there_are_no_parts_a_large_file_goes_up_as_a_stream(desk: Desk) -> None:
    """Telnyx takes uploads in parts in its US regions only."""
    (desk.folder / "large").write_bytes(LARGE)
    await desk.telnyx.s3.create_bucket("europe", "eu-central-1")
    desk.faults.add([Fault(method="PUT", path="*/europe/large", action="reset")])
    path = str(desk.folder / "large")
    await desk.call("cloud_storage_upload_file", absolute_file_path=path, bucket_name="europe")
    assert desk.heard[-1] == (20 * MIB, 20 * MIB)
    copy = str(desk.folder / "copy")
    place = {"bucket_name": "europe", "object_name": "large"}
    await desk.call("cloud_storage_download_file", file_path=copy, **place)
    assert (desk.folder / "copy").read_bytes() == LARGE
    copied = await desk.call("cloud_storage_copy_object", to_object_name="l", to_bucket_name="docs", **place)
    assert (copied["size"], await desk.names()) == (20 * MIB, ["l"])


async def test_a_small_and_an_empty_file_go_up_at_once(desk: Desk) -> None:
    for name, content in (("small.pdf", b"%PDF"), ("empty", b"")):
        (desk.folder / name).write_bytes(content)
        stored = await desk.upload(name)
        assert (stored["object_name"], stored["size"]) == (name, len(content))
        await desk.download(name, f"{name}.copy")
        assert (desk.folder / f"{name}.copy").read_bytes() == content
    assert (await desk.telnyx.s3.head("docs", "small.pdf")).content_type == "application/pdf"


async def test_neither_an_object_nor_a_file_is_replaced_unasked(desk: Desk) -> None:
    (desk.folder / "a").write_text("one")
    await desk.upload("a")
    with pytest.raises(InvalidArguments) as refused:
        await desk.upload("a")
    assert [problem.argument for problem in refused.value.problems] == ["object_name"]
    with pytest.raises(InvalidArguments) as refused:
        await desk.download("a", "a")
    assert [problem.argument for problem in refused.value.problems] == ["file_path"]
    (desk.folder / "a").write_text("two")
    await desk.upload("a", overwrite=True)
    (desk.folder / "a").write_text("three")
    await desk.download("a", "a", overwrite=True)
    assert (desk.folder / "a").read_text() == "two"


async def test_a_part_that_fails_for_a_moment_is_sent_again(desk: Desk) -> None:
    (desk.folder / "large").write_bytes(LARGE)
    desk.faults.add([Fault(method="PUT", path="*/docs/large", action="reset"), Fault(path="*/large", status=503)])
    await desk.upload("large")
    desk.faults.add([Fault(method="GET", path="*/docs/large", action="half_body")])
    await desk.download("large", "copy")
    assert (desk.folder / "copy").read_bytes() == LARGE


async def test_a_part_is_worth_more_attempts_than_a_call(desk: Desk) -> None:
    (desk.folder / "large").write_bytes(LARGE)
    desk.faults.add([Fault(method="PUT", path="*/docs/large", action="reset", times=8)])
    await desk.upload("large")
    desk.faults.add([Fault(method="GET", path="*/docs/large", action="reset", times=8)])
    await desk.download("large", "copy")
    assert (desk.folder / "copy").read_bytes() == LARGE


async def test_an_upload_that_fails_leaves_nothing(desk: Desk) -> None:
    (desk.folder / "large").write_bytes(LARGE)
    desk.faults.add([Fault(method="PUT", path="*/docs/large", status=403)])
    with pytest.raises(ApiError, match="ApiError 403 "):
        await desk.upload("large")
    assert (await desk.names(), await left_over(desk)) == ([], 0)


@pytest.mark.parametrize("parts", [0, 1, 2])
async def test_an_upload_that_is_cancelled_leaves_nothing(desk: Desk, parts: int) -> None:
    (desk.folder / "large").write_bytes(LARGE)
    slow = Fault(method="PUT", path="*/docs/large", action="slow", delay_secs=60)
    desk.faults.add([Fault(method="PUT", path="*/docs/large", action="slow") for _ in range(parts)] + [slow])
    running = asyncio.create_task(desk.upload("large"))
    await until_used(desk.faults)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await desk.names(), await left_over(desk)) == ([], 0)


async def test_an_upload_in_a_scope_that_is_cancelled_leaves_nothing(desk: Desk) -> None:
    """As the server cancels: every wait after it is cancelled too, unless it is shielded."""
    (desk.folder / "large").write_bytes(LARGE)
    slow = Fault(method="PUT", path="*/docs/large", action="slow", delay_secs=60)
    desk.faults.add([Fault(method="PUT", path="*/docs/large", action="slow"), slow])
    async with anyio.create_task_group() as group:
        group.start_soon(desk.upload, "large")
        await until_used(desk.faults)
        group.cancel_scope.cancel()
    assert (await desk.names(), await left_over(desk)) == ([], 0)


async def test_an_upload_whose_end_was_not_answered_is_looked_for(desk: Desk) -> None:
    (desk.folder / "large").write_bytes(LARGE)
    lost = Fault(method="POST", path="*/docs/large", action="drop_after_effect")
    desk.faults.add([Fault(method="POST", path="*/docs/large", action="slow"), lost])
    stored = await desk.upload("large")
    assert stored["etag"] == (await desk.telnyx.s3.head("docs", "large")).etag
    assert await left_over(desk) == 0


async def test_a_download_that_fails_leaves_no_file(desk: Desk) -> None:
    (desk.folder / "large").write_bytes(LARGE)
    await desk.upload("large")
    harmless = Fault(method="GET", path="*/docs/large", action="slow")
    desk.faults.add([harmless, Fault(method="GET", path="*/docs/large", status=403)])
    for name, code in (("large", "ApiError 403 "), ("never there", "NoSuchKey")):
        with pytest.raises(TelnyxError, match=code):
            await desk.download(name, "copy")
    assert names_in(desk.folder) == ["large"]


async def test_a_download_that_is_cancelled_leaves_no_file(desk: Desk) -> None:
    (desk.folder / "large").write_bytes(LARGE)
    await desk.upload("large")
    slow = Fault(method="GET", path="*/docs/large", action="slow", delay_secs=60)
    desk.faults.add([Fault(method="GET", path="*/docs/large", action="slow"), slow])
    running = asyncio.create_task(desk.download("large", "copy"))
    await until_used(desk.faults)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert names_in(desk.folder) == ["large"]


async def test_an_object_that_changes_meanwhile_is_not_mixed(desk: Desk) -> None:
    (desk.folder / "large").write_bytes(LARGE)
    await desk.upload("large")
    s3 = desk.telnyx.s3

    class Changing(Desk):
        async def _progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
            await s3.put("docs", "large", b"x" * len(LARGE), "text/plain")

    with pytest.raises(InvalidArguments) as refused:
        await Changing(desk.telnyx, desk.folder).download("large", "copy")
    assert [problem.argument for problem in refused.value.problems] == ["object_name"]
    assert names_in(desk.folder) == ["large"]


def test_parts_are_as_small_as_their_number_allows() -> None:
    assert part_size(20 * MIB) == 8 * MIB
    assert part_size(100 * 1024 * MIB) == 11 * MIB
    for gib in (1, 79, 100, 156):
        assert -(-gib * 1024 * MIB // part_size(gib * 1024 * MIB)) <= MOST_PARTS
