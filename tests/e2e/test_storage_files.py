"""A file of the person's machine goes to cloud storage and comes back, over stdio."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from tests.e2e.clients import call
from tests.e2e.processes import PROGRAM, environment

pytestmark = pytest.mark.anyio

MB = 1024 * 1024
SIZE = 96 * MB
MOST_ABOVE_IDLE = 40 * MB


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    folder.mkdir()
    return folder


@asynccontextmanager
async def program(folder: Path) -> AsyncIterator[Client]:
    arguments = ["stdio", "--sandbox", "--groups", "storage", "--file-root", str(folder)]
    home = folder.parent / "home"  # a directory beside the server's own data would not be opened to agents
    home.mkdir(exist_ok=True)
    parameters = StdioServerParameters(command=PROGRAM, args=arguments, env=environment(home))
    async with Client(stdio_client(parameters)) as client:
        yield client


async def test_a_large_file_passes_through_a_small_process_and_others_stay_where_they_are(folder: Path) -> None:
    (folder.parent / "key").write_text("private")
    block = os.urandom(MB)
    with (folder / "video.mp4").open("wb") as file:
        file.writelines(block for _ in range(SIZE // MB))
    heard: list[float] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        heard.append(done)

    async with program(folder) as client:
        await call(client, "cloud_storage_create_bucket", bucket_name="videos")
        idle = memory("VmRSS")
        path = str(folder / "video.mp4")
        stored = await client.call_tool(
            "cloud_storage_upload_file",
            {"absolute_file_path": path, "bucket_name": "videos"},
            progress_callback=progress,
        )
        assert stored.structured_content["size"] == SIZE
        assert heard == sorted(heard)
        assert heard[-1] == SIZE
        await call(
            client,
            "cloud_storage_download_file",
            bucket_name="videos",
            object_name="video.mp4",
            file_path=str(folder / "copy.mp4"),
        )
        assert memory("VmHWM") - idle < MOST_ABOVE_IDLE
        refused = await client.call_tool(
            "cloud_storage_upload_file", {"absolute_file_path": str(folder.parent / "key"), "bucket_name": "videos"}
        )
        assert refused.is_error
        assert "TELNYX_MCP_FILE_ROOTS" in refused.content[0].text
        listed = await call(client, "cloud_storage_list_objects", bucket_name="videos")
        assert [each["object_name"] for each in listed["items"]] == ["video.mp4"]
    assert (folder / "copy.mp4").read_bytes() == block * (SIZE // MB)


def memory(name: str) -> int:
    """Bytes that the server's process has, or had at most."""
    lines = (Path("/proc") / str(server()) / "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def server() -> int:
    """The child of this process that is the server."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        if parent == os.getpid() and b"--file-root" in command:
            return int(status.parent.name)
    raise AssertionError("no server runs")
